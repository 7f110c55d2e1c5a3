/* Payment: the total follows the ticked services. form[data-pay] > .amount rows, the total in [data-total]. */
(() => {
  const { one, all } = nesk;

  /* «1 284,56» as kopecks; what is no sum counts for nothing, the server will say so. */
  const kopecks = text => {
    const match = /^(\d+)(?:[.,](\d{1,2}))?$/.exec(text.replace(/[\s\u00a0\u202f₽]/g, ''));
    return match ? Number(match[1]) * 100 + Number((match[2] || '').padEnd(2, '0') || 0) : 0;
  };

  const tell = form => {
    let total = 0;
    all('.amount', form).forEach(row => {
      const tick = one('[type=checkbox]', row), sum = one('.input', row);
      const counted = !tick || tick.checked;
      sum.readOnly = !counted;
      if (counted) total += kopecks(sum.value);
    });
    all('[data-total]', form).forEach(element => { element.textContent = nesk.rub(total); });
  };

  const forms = root => [...(root.matches?.('form[data-pay]') ? [root] : []), ...all('form[data-pay]', root)];
  document.addEventListener('input', event => { const form = event.target.closest('form[data-pay]'); if (form) tell(form); });
  document.addEventListener('htmx:load', event => forms(event.detail.elt).forEach(tell));
  forms(document.body).forEach(tell);
})();
