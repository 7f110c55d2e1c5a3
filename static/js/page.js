/* What any page has: menus, dialogs, toasts. Every page works without this file. */
const nesk = {
  one: (selector, root = document) => root.querySelector(selector),
  all: (selector, root = document) => [...root.querySelectorAll(selector)],

  /* A notice that confirms and goes; an error stays. `act` is {text, url}: one POST that takes the thing back. */
  toast({ text, kind = 'ok', act = null }) {
    const box = document.getElementById('toasts');
    const model = document.getElementById(kind === 'bad' ? 'toast-bad' : 'toast-ok');
    if (!box || !model) return;
    const toast = model.content.firstElementChild.cloneNode(true);
    nesk.one('span', toast).textContent = text;
    if (act && window.htmx) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'act';
      button.textContent = act.text;
      button.addEventListener('click', () => { toast.remove(); htmx.ajax('POST', act.url, { target: act.target || 'body', swap: act.swap || 'none' }); });
      nesk.one('span', toast).after(button);
    }
    box.append(toast);
    if (kind !== 'bad') setTimeout(() => toast.remove(), 6000);
  },
};

(() => {
  const { one, all } = nesk;
  const openMenus = () => all('details[data-menu][open]');

  document.addEventListener('click', event => {
    const on = event.target;
    openMenus().forEach(menu => menu.contains(on) || (menu.open = false));
    const trigger = on.closest('[data-dialog]');
    const dialog = trigger && document.getElementById(trigger.dataset.dialog);
    if (dialog && dialog.showModal) { event.preventDefault(); dialog.showModal(); }
    if (on.closest('[data-close]') || on.matches('dialog')) {
      const shut = on.closest('dialog');
      if (shut) { event.preventDefault(); shut.close(); }
    }
    if (on.closest('[data-dismiss]')) on.closest('.toast, .alert').remove();
    if (on.closest('[data-print]')) window.print();
  });

  document.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return;
    openMenus().forEach(menu => { menu.open = false; one('summary', menu).focus(); });
  });

  /* Whoever has just pressed something in the bar of the low-vision version goes on from there. */
  const bar = location.hash === '#visionbar' && document.getElementById('visionbar');
  if (bar) {
    one('details', bar).open = true;
    one('[aria-pressed="true"]', bar).focus();
    history.replaceState(history.state, '', location.pathname + location.search);
  }

  /* The chosen tab is seen even where the row of tabs scrolls. */
  const ready = root => {
    all('.tabs [aria-current], .chips [aria-current]', root).forEach(tab => {
      const row = tab.parentElement;
      row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
    });
  };
  ready(document);
  document.addEventListener('htmx:load', event => ready(event.detail.elt));
})();
