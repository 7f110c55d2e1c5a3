/* htmx replaces a part of the page; here is what it leaves to us: the token, toasts, dialogs, focus, failures. */
(() => {
  const { one } = nesk;
  let opener = null;

  document.addEventListener('htmx:configRequest', event => {
    const token = one('meta[name=csrf-token]');
    if (token) event.detail.headers['X-CSRFToken'] = token.content;
  });

  /* HX-Trigger: {"toast": {"text": "…", "kind": "ok|bad"}} and {"closeDialog": true} */
  document.addEventListener('toast', event => nesk.toast(event.detail));
  document.addEventListener('closeDialog', () => one('dialog[open]')?.close());

  document.addEventListener('htmx:beforeRequest', event => {
    if (event.detail.target?.id === 'dialog') opener = event.detail.elt;
  });

  document.addEventListener('htmx:afterSwap', event => {
    const target = event.detail.target;
    const dialog = target.id === 'dialog' && one('dialog', target);
    if (!dialog || dialog.open) return;
    dialog.showModal();
    dialog.addEventListener('close', () => {
      target.replaceChildren();
      if (opener?.isConnected) opener.focus();
    }, { once: true });
  });

  /* Focus goes to the summary of errors, else where the page says, else to the heading of the new part if focus was lost. */
  document.addEventListener('htmx:afterSettle', event => {
    const root = event.detail.elt.isConnected ? event.detail.elt : document;
    const found = selector => (root.matches?.(selector) ? root : one(selector, root));
    const goal = found('[data-error-summary]') || found('[data-focus]');
    const lost = document.activeElement === document.body;
    const heading = !goal && lost ? one('h1, h2, h3', root) : null;
    const to = goal || heading;
    if (!to) return;
    if (to.tabIndex < 0) to.setAttribute('tabindex', '-1');
    to.focus({ preventScroll: to === heading });
  });

  const failed = text => nesk.toast({ text, kind: 'bad' });
  document.addEventListener('htmx:sendError', () => failed('Нет связи. Проверьте интернет и повторите'));
  document.addEventListener('htmx:timeout', () => failed('Сервер долго не отвечает. Повторите'));
  /* Errors come as a fragment for #notices and are shown there; these words are for when the fragment did not come. */
  document.addEventListener('htmx:responseError', event => {
    const { xhr } = event.detail;
    if (xhr.getResponseHeader('HX-Retarget') || xhr.getResponseHeader('HX-Redirect')) return;
    failed(xhr.status === 429 ? 'Слишком часто. Подождите минуту и повторите' : 'Не получилось. Мы уже разбираемся');
  });
  document.addEventListener('htmx:beforeSwap', event => {
    const { xhr } = event.detail;
    if (xhr.status >= 400 && xhr.getResponseHeader('HX-Retarget')) event.detail.shouldSwap = true;
  });
})();
