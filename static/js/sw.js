/* Keeps the shell of the pages: style, script, icons, fonts and the page for no network. Never a page of a person.
   SHELL = {offline, urls} is written above this text by the server. */
const STORE = 'shell-' + [...SHELL.urls.join()].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7).toString(36);

self.addEventListener('install', event => {
  const offline = new Request(SHELL.offline, { credentials: 'omit', cache: 'reload' });
  event.waitUntil(caches.open(STORE).then(store => store.addAll([offline, ...SHELL.urls])).then(() => self.skipWaiting()));
});

self.addEventListener('activate', event => {
  const old = caches.keys().then(names => Promise.all(names.filter(name => name.startsWith('shell-') && name !== STORE).map(name => caches.delete(name))));
  event.waitUntil(old.then(() => self.clients.claim()));
});

self.addEventListener('fetch', event => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const { origin, pathname, search } = new URL(request.url);
  if (origin !== location.origin) return;
  if (SHELL.urls.includes(pathname + search)) {
    event.respondWith(caches.match(request, { ignoreVary: true }).then(kept => kept || fetch(request)));
  } else if (request.mode === 'navigate') {
    event.respondWith(fetch(request).catch(() => caches.match(SHELL.offline, { ignoreVary: true })));
  }
});
