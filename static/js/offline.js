/* No network: the strip says so, and a form marked data-queue waits on this device until the network is back.
   data-queue holds the address the fields go to. Wiped on sign-out. */
(() => {
  const { one, all } = nesk;
  const strip = one('#offline');
  /* What cannot wait for a network says why it cannot be pressed: data-needs-network names the words. */
  const show = () => {
    const there = navigator.onLine;
    if (strip) strip.hidden = there;
    all('[data-when-offline]').forEach(element => { element.hidden = there; });
    all('[data-needs-network]').forEach(button => {
      if (there) { button.removeAttribute('aria-disabled'); button.removeAttribute('aria-describedby'); }
      else { button.setAttribute('aria-disabled', 'true'); button.setAttribute('aria-describedby', button.dataset.needsNetwork); }
    });
  };
  document.addEventListener('click', event => { if (!navigator.onLine && event.target.closest('[data-needs-network]')) event.preventDefault(); });
  addEventListener('online', show);
  addEventListener('offline', show);
  show();

  if ('serviceWorker' in navigator && one('link[rel=manifest]')) navigator.serviceWorker.register('/sw.js').catch(() => {});

  const asked = request => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const outbox = async (mode, work) => {
    const opening = indexedDB.open('nesk', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('outbox', { keyPath: 'key' });
    const database = await asked(opening);
    try { return await asked(work(database.transaction('outbox', mode).objectStore('outbox'))); } finally { database.close(); }
  };

  /* Before htmx and before the browser: nothing leaves a phone without a network, so the form is kept instead. */
  document.addEventListener('submit', async event => {
    const form = event.target;
    if (navigator.onLine || !form.matches('form[data-queue]')) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const fields = [...new FormData(form)].filter(([name, value]) => name !== 'csrf_token' && typeof value === 'string');
    const key = (fields.find(([name]) => name === 'key') || [])[1] || crypto.randomUUID();
    await outbox('readwrite', store => store.put({ key, url: form.dataset.queue, fields }));
    mark(form.dataset.queue);
  }, true);
  const mark = url => all('form[data-queue]').filter(form => form.dataset.queue === url).forEach(form => { const note = one('[data-queued]', form); if (note) note.hidden = false; });

  /* Each kept form is sent once more with the same key: the server knows a repeat by it. */
  const send = async () => {
    const token = one('meta[name=csrf-token]');
    if (!token || !document.body.hasAttribute('data-private')) return;
    let taken = 0;
    for (const kept of await outbox('readonly', store => store.getAll())) {
      mark(kept.url);
      if (!navigator.onLine) continue;
      const answer = await fetch(kept.url, {
        method: 'POST', body: new URLSearchParams(kept.fields), redirect: 'manual',
        headers: { 'X-CSRFToken': token.content, 'HX-Request': 'true' },
      }).catch(() => null);
      if (!answer || [401, 403, 429].includes(answer.status) || answer.status >= 500) return;
      await outbox('readwrite', store => store.delete(kept.key));
      if (answer.status < 400) taken += 1;
      else nesk.toast({ text: 'Сохранённые показания не приняты. Проверьте их и передайте снова', kind: 'bad' });
    }
    if (!taken) return;
    nesk.toast({ text: 'Показания отправлены' });
    if (one('form[data-queue]')) setTimeout(() => location.reload(), 1500);
  };
  const known = 'databases' in indexedDB ? indexedDB.databases() : Promise.resolve([{ name: 'nesk' }]);
  known.then(databases => { if (databases.some(database => database.name === 'nesk')) return send(); }).catch(() => {});
  addEventListener('online', () => send().catch(() => {}));
})();
