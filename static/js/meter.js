/* Readings: the volume and its cost are told before anything is sent.
   form[data-meter] > .zone with input[data-prev][data-rate] and output; data-rate is a tariff in 1/100000 ₽, may be absent. */
(() => {
  const { one, all } = nesk;
  const NBSP = '\u00a0';
  const grouped = number => String(number).replace(/\B(?=(\d{3})+$)/g, NBSP);

  /* Kopecks as «1 284,56 ₽». */
  nesk.rub = kop => {
    const whole = Math.floor(Math.abs(kop) / 100);
    return `${kop < 0 ? '−' : ''}${grouped(whole)},${String(Math.abs(kop) % 100).padStart(2, '0')}${NBSP}₽`;
  };
  nesk.kwh = volume => `${grouped(volume)}${NBSP}кВт·ч`;

  const said = (tag, className, text) => {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    return element;
  };

  const tell = form => {
    let volume = 0, cost = 0, known = false, priced = true;
    all('input[data-prev]', form).forEach(input => {
      const output = one('output', input.closest('.zone'));
      if (!output) return;
      if (input.value === '') return output.replaceChildren(said('span', '', 'Введите показание'));
      const used = Number(input.value) - Number(input.dataset.prev);
      if (used < 0) return output.replaceChildren(said('span', 'bad', 'Меньше предыдущего'));
      const parts = [said('b', 'num', nesk.kwh(used))];
      if (input.dataset.rate) {
        const price = Math.round(used * Number(input.dataset.rate) / 1000);
        parts.push(said('span', 'num', `≈ ${nesk.rub(price)}`));
        cost += price;
      } else priced = false;
      known = true;
      volume += used;
      output.replaceChildren(...parts);
    });
    const sum = one('[data-sum]', form);
    if (!sum || !known) return;
    const parts = priced ? [said('b', 'num', `≈ ${nesk.rub(cost)}`), said('span', 'sm muted', `за ${nesk.kwh(volume)}`)] : [said('b', 'num', nesk.kwh(volume))];
    sum.replaceChildren(...parts);
  };

  const forms = root => [...(root.matches?.('form[data-meter]') ? [root] : []), ...all('form[data-meter]', root)];
  document.addEventListener('input', event => { const form = event.target.closest('form[data-meter]'); if (form) tell(form); });
  document.addEventListener('htmx:load', event => forms(event.detail.elt).forEach(tell));
  forms(document.body).forEach(tell);
})();
