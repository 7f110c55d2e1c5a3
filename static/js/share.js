/* What is to be sent on: [data-copy] and [data-share] hold the id of what it stands in, [data-copied] what is said then. */
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
    if (field.select) field.select(); else getSelection().selectAllChildren(field);
    /* The clipboard is closed to pages without https: the old command still copies what is selected. */
    const copied = await navigator.clipboard?.writeText(field.value ?? field.textContent).then(() => true, () => false);
    const done = copied || document.execCommand('copy');
    nesk.toast(done ? { text: button.dataset.copied || 'Ссылка скопирована' } : { text: 'Не получилось. Выделите строку и скопируйте её сами', kind: 'bad' });
  });

  const ready = root => all('[data-share]', root).forEach(button => { button.hidden = !navigator.share; });
  ready(document);
  document.addEventListener('htmx:load', event => ready(event.detail.elt));
})();
