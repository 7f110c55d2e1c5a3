/* No network: the strip says so, and a form marked data-queue waits on this device until the network is back.
   data-queue holds the address the fields go to. Wiped on sign-out. */
(() => {
  const { one } = nesk;
  const strip = one('#offline');
  const show = () => { if (strip) strip.hidden = navigator.onLine; };
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
    const note = one('[data-queued]', form);
    if (note) note.hidden = false;
    nesk.toast({ text: 'Сохранили. Отправим, когда появится связь' });
  }, true);

  /* Each kept form is sent once more with the same key: the server knows a repeat by it. */
  const send = async () => {
    const token = one('meta[name=csrf-token]');
    if (!navigator.onLine || !token || !document.body.hasAttribute('data-private')) return;
    for (const kept of await outbox('readonly', store => store.getAll())) {
      const answer = await fetch(kept.url, {
        method: 'POST', body: new URLSearchParams(kept.fields), redirect: 'manual',
        headers: { 'X-CSRFToken': token.content, 'HX-Request': 'true' },
      }).catch(() => null);
      if (!answer || answer.status === 401 || answer.status === 429 || answer.status >= 500) return;
      await outbox('readwrite', store => store.delete(kept.key));
      nesk.toast(answer.status < 400 ? { text: 'Показания отправлены' } : { text: 'Сохранённые показания не приняты. Проверьте их и передайте снова', kind: 'bad' });
    }
  };
  const known = 'databases' in indexedDB ? indexedDB.databases() : Promise.resolve([{ name: 'nesk' }]);
  known.then(databases => { if (databases.some(database => database.name === 'nesk')) return send(); }).catch(() => {});
  addEventListener('online', () => send().catch(() => {}));
})();
