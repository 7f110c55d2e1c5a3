/* The crew's phone: what is typed is kept on it at once, a work closed without a network waits and is sent later.
   Nothing stays after sign-out, nor longer than a day; there is no way out past a report that waits for the network. */
(() => {
  const DAY = 24 * 3600 * 1000;
  const one = (selector, root = document) => root.querySelector(selector);

  if ('serviceWorker' in navigator) navigator.serviceWorker.register('/crew/sw.js', { scope: '/crew/' }).catch(() => {});

  /* --- what is typed, by visit */
  const keep = id => `crew:${id}`;
  const fields = form => [...form.elements].filter(each => each.name && !['file', 'submit', 'button'].includes(each.type) && each.name !== 'csrf_token');
  const save = form => {
    const values = Object.fromEntries(fields(form).map(each => [each.name, each.value]));
    try { localStorage.setItem(keep(form.dataset.crewForm), JSON.stringify({ at: Date.now(), values })); } catch { return; }
    one('[data-saved]')?.removeAttribute('hidden');
  };
  const restore = form => {
    let kept;
    try { kept = JSON.parse(localStorage.getItem(keep(form.dataset.crewForm))); } catch { kept = null; }
    if (!kept || Date.now() - kept.at > DAY) return;
    fields(form).forEach(each => { if (kept.values[each.name] && (each.name === 'key' || !each.value || each.tagName === 'SELECT')) each.value = kept.values[each.name]; });
  };
  const forget = id => localStorage.removeItem(keep(id));
  Object.keys(localStorage).filter(name => name.startsWith('crew:')).forEach(name => {
    try { if (Date.now() - JSON.parse(localStorage.getItem(name)).at > DAY) localStorage.removeItem(name); } catch { localStorage.removeItem(name); }
  });

  /* --- the signature */
  const pad = canvas => {
    const pen = canvas.getContext('2d'), field = canvas.form || canvas.closest('form');
    const blank = () => { pen.fillStyle = '#fff'; pen.fillRect(0, 0, canvas.width, canvas.height); pen.strokeStyle = '#0b1f4a'; pen.lineWidth = 4; pen.lineCap = 'round'; };
    const at = event => { const box = canvas.getBoundingClientRect(); return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height]; };
    let drawing = false;
    blank();
    canvas.addEventListener('pointerdown', event => { drawing = true; canvas.setPointerCapture(event.pointerId); pen.beginPath(); pen.moveTo(...at(event)); event.preventDefault(); });
    canvas.addEventListener('pointermove', event => { if (drawing) { pen.lineTo(...at(event)); pen.stroke(); } });
    canvas.addEventListener('pointerup', () => { if (!drawing) return; drawing = false; field.elements[canvas.dataset.pad].value = canvas.toDataURL('image/png'); save(field); });
    one('[data-pad-clear]', field)?.addEventListener('click', () => { blank(); field.elements[canvas.dataset.pad].value = ''; save(field); });
  };

  /* --- works that wait for a network: form data with its files, in IndexedDB */
  const base = () => new Promise((done, failed) => {
    const asked = indexedDB.open('nesk-crew', 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore('works', { keyPath: 'key' });
    asked.onsuccess = () => done(asked.result); asked.onerror = () => failed(asked.error);
  });
  const works = async (mode, act) => {
    const db = await base();
    return new Promise((done, failed) => {
      const change = db.transaction('works', mode), asked = act(change.objectStore('works'));
      change.oncomplete = () => { done(asked?.result); db.close(); }; change.onerror = () => failed(change.error);
    });
  };
  const waiting = () => works('readonly', store => store.count()).catch(() => 0);
  const tell = async () => {
    const count = await waiting(), box = one('#queued');
    if (!box) return;
    box.toggleAttribute('hidden', !count);
    one('[data-queued-text]', box).textContent = `Отчётов ждут отправки: ${count}. Отправим, когда появится связь.`;
  };
  /* Gives whether the office has taken all that it was sent, or not, or was not reached at all. */
  const send = async () => {
    if (!navigator.onLine) return 'unreached';
    let outcome = 'taken';
    for (const work of await works('readonly', store => store.getAll())) {
      if (Date.now() - work.at > DAY) { await works('readwrite', store => store.delete(work.key)); continue; }
      const body = new FormData();
      work.fields.forEach(([name, value]) => body.append(name, value));
      const token = one('meta[name=csrf-token]')?.content;
      if (token) body.set('csrf_token', token);
      let reply;
      /* As htmx asks: a session that has ended answers 401 then, not with the page of sign-in. */
      try { reply = await fetch(work.url, { method: 'POST', body, redirect: 'manual', headers: { 'X-CSRFToken': token || '', 'HX-Request': 'true' } }); } catch { outcome = 'unreached'; break; }
      if (reply.ok) { await works('readwrite', store => store.delete(work.key)); forget(work.visit); nesk.toast({ text: 'Принято: отчёт отправлен' }); }
      else if (reply.status === 422 || reply.status === 409) { await works('readwrite', store => store.delete(work.key)); nesk.toast({ text: 'Отчёт не принят: откройте выезд и проверьте запись', kind: 'bad' }); outcome = 'refused'; }
      else { outcome = 'refused'; break; }
    }
    await tell();
    return outcome;
  };

  const watch = form => {
    if (form.dataset.watched) return;
    form.dataset.watched = 'yes';
    restore(form);
    form.addEventListener('input', () => save(form));
    form.querySelectorAll('canvas[data-pad]').forEach(pad);
    form.addEventListener('submit', async event => {
      if (navigator.onLine) return;
      event.preventDefault(); event.stopImmediatePropagation();
      save(form);
      const data = [...new FormData(form)].filter(([, value]) => !(value instanceof File) || value.size);
      await works('readwrite', store => store.put({ key: form.elements.key.value, visit: form.dataset.crewForm, url: form.getAttribute('action'), at: Date.now(), fields: data }));
      one('[data-crew-state]', form).textContent = 'В очереди: отправим, когда появится связь';
    }, true);
  };
  const look = root => root.querySelectorAll('form[data-crew-form]').forEach(watch);
  look(document);
  document.addEventListener('htmx:load', event => look(event.detail.elt.parentNode || document));
  document.addEventListener('htmx:beforeRequest', event => {
    const form = event.detail.elt.closest?.('form[data-crew-form]');
    if (form && !navigator.onLine) event.preventDefault();
  });
  document.addEventListener('htmx:afterRequest', event => {
    const form = event.detail.elt.closest?.('form[data-crew-form]');
    if (form && event.detail.xhr.getResponseHeader('HX-Redirect')) forget(form.dataset.crewForm);
  });

  /* --- leaving wipes the phone, once nothing on it waits for the network */
  const wipe = async () => {
    Object.keys(localStorage).filter(name => name.startsWith('crew:')).forEach(name => localStorage.removeItem(name));
    indexedDB.deleteDatabase('nesk-crew');
    if (!('serviceWorker' in navigator)) return;
    await Promise.all((await caches.keys()).filter(name => name.startsWith('nesk-crew')).map(name => caches.delete(name)));
    await (await navigator.serviceWorker.getRegistration('/crew/'))?.unregister();
  };
  document.querySelectorAll('form[data-sign-out]').forEach(form => form.addEventListener('submit', async event => {
    if (form.dataset.wiped) return;
    event.preventDefault(); event.stopImmediatePropagation();
    if (await waiting()) {
      const outcome = await send(), left = await waiting();
      if (outcome === 'unreached') return nesk.toast({ text: `Отчётов ждут связи: ${left}. Выйти можно, когда они отправятся.`, kind: 'bad' });
      if (left ? !confirm(`Не отправлено отчётов: ${left}. Если выйти, они пропадут. Выйти?`) : outcome === 'refused') return;
    }
    await wipe().catch(() => {});
    form.dataset.wiped = 'yes';
    form.requestSubmit();
  }));

  addEventListener('online', send);
  tell().then(send);
})();
