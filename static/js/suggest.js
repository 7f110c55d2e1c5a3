/* Addresses under a field while one types: htmx brings the options, here are the keys, the mouse and what is read aloud. */
(() => {
  const { one, all } = nesk;
  const parts = box => ({ input: one('input', box), list: one('ul', box), said: one('[data-said]', box) });

  const show = (box, is) => {
    const { input, list } = parts(box);
    list.hidden = !is;
    input.setAttribute('aria-expanded', is);
    if (!is) mark(box, null);
  };
  const mark = (box, option) => {
    const { input, list } = parts(box);
    all('[role=option]', list).forEach(each => each.setAttribute('aria-selected', each === option));
    if (option) {
      input.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    } else input.removeAttribute('aria-activedescendant');
  };
  /* What is chosen is gone on with: after a town comes a street, after a street the house. */
  const choose = (box, option) => {
    const { input } = parts(box);
    input.value = `${option.textContent.trim()}, `;
    show(box, false);
    input.focus();
    input.dispatchEvent(new Event('input', { bubbles: true }));
  };

  const ready = root => all('[data-suggest]', root).forEach(box => {
    const { input, list } = parts(box);
    list.setAttribute('role', 'listbox');
    for (const [name, value] of [['role', 'combobox'], ['aria-autocomplete', 'list'], ['aria-controls', list.id], ['aria-expanded', 'false']]) input.setAttribute(name, value);
    input.autocomplete = 'off';
  });
  ready(document);
  document.addEventListener('htmx:load', event => ready(event.detail.elt));

  document.addEventListener('htmx:afterSwap', event => {
    const box = event.detail.target.closest('[data-suggest]');
    if (!box || !event.detail.target.matches('ul')) return;
    const { input, list, said } = parts(box);
    const count = all('[role=option]', list).length;
    show(box, count > 0 && document.activeElement === input);
    said.textContent = count ? `Подсказок: ${count}. Выбирайте стрелками вверх и вниз.` : '';
  });

  document.addEventListener('keydown', event => {
    const box = event.target.closest('[data-suggest]');
    if (!box) return;
    const { list } = parts(box);
    const options = all('[role=option]', list);
    const at = options.findIndex(each => each.getAttribute('aria-selected') === 'true');
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) {
      event.preventDefault();
      show(box, true);
      mark(box, options[(at + step + options.length + (at < 0 && step < 0 ? 1 : 0)) % options.length]);
    } else if (event.key === 'Enter' && !list.hidden && at >= 0) {
      event.preventDefault();
      choose(box, options[at]);
    } else if (event.key === 'Escape' && !list.hidden) {
      event.stopPropagation();
      show(box, false);
    }
  });

  /* The press must not take the focus from the field before the click arrives. */
  document.addEventListener('mousedown', event => { if (event.target.closest('[data-suggest] [role=option]')) event.preventDefault(); });
  document.addEventListener('click', event => {
    const option = event.target.closest('[data-suggest] [role=option]');
    if (option) choose(option.closest('[data-suggest]'), option);
  });
  document.addEventListener('focusout', event => {
    const box = event.target.closest('[data-suggest]');
    if (box) show(box, false);
  });
})();
