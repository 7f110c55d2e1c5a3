/* The dispatcher's board: a ticket dragged onto a crew's slot is the same as «Назначить» in the dialog. */
(() => {
  let dragged = null;
  const cell = event => event.target.closest?.('td[data-crew]');

  document.addEventListener('dragstart', event => {
    dragged = event.target.closest?.('[data-order]') || null;
    if (dragged) event.dataTransfer.setData('text/plain', dragged.dataset.order);
  });
  document.addEventListener('dragend', () => {
    dragged = null;
    document.querySelectorAll('td.drop').forEach(each => each.classList.remove('drop'));
  });
  document.addEventListener('dragover', event => {
    const target = cell(event);
    if (dragged && target && !target.classList.contains('off')) { event.preventDefault(); target.classList.add('drop'); }
  });
  document.addEventListener('dragleave', event => { cell(event)?.classList.remove('drop'); });
  document.addEventListener('drop', event => {
    const target = cell(event), form = document.getElementById('drop-form');
    if (!dragged || !target || !form) return;
    event.preventDefault();
    form.action = `/staff/dispatch/orders/${dragged.dataset.order}/assignment`;
    form.elements.version.value = dragged.dataset.version;
    form.elements.slot.value = target.dataset.slot;
    form.elements.crew.value = target.dataset.crew;
    form.submit();
  });
})();
