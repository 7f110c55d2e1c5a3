/* An address to be sent on: [data-copy] and [data-share] hold the id of the field that it stands in. */
(() => {
  const { all } = nesk;

  document.addEventListener('click', async event => {
    const button = event.target.closest('[data-copy], [data-share]');
    if (!button) return;
    const field = document.getElementById(button.dataset.copy || button.dataset.share);
    if (button.dataset.share) {
      navigator.share({ title: button.dataset.title, url: field.value }).catch(() => {});
      return;
    }
    field.select();
    /* The clipboard is closed to pages without https: the old command still copies what is selected. */
    const copied = await navigator.clipboard?.writeText(field.value).then(() => true, () => false);
    const done = copied || document.execCommand('copy');
    nesk.toast(done ? { text: 'Ссылка скопирована' } : { text: 'Не получилось. Выделите ссылку и скопируйте её сами', kind: 'bad' });
  });

  const ready = root => all('[data-share]', root).forEach(button => { button.hidden = !navigator.share; });
  ready(document);
  document.addEventListener('htmx:load', event => ready(event.detail.elt));
})();
