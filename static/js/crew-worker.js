/* The crew's service worker: pages of /crew network first, else the copy of today; files of the look from the cache. */
const PAGES = 'nesk-crew-pages', FILES = 'nesk-crew-files', DAY = 24 * 3600 * 1000;

self.addEventListener('install', event => { event.waitUntil(caches.open(PAGES).then(cache => cache.add('/crew/offline')).catch(() => {}).then(() => self.skipWaiting())); });
self.addEventListener('activate', event => event.waitUntil(self.clients.claim()));

const stamped = async reply => {
  const headers = new Headers(reply.headers);
  headers.set('X-Kept-At', String(Date.now()));
  return new Response(await reply.blob(), { status: reply.status, headers });
};
const kept = async request => {
  const found = await (await caches.open(PAGES)).match(request);
  return found && Date.now() - Number(found.headers.get('X-Kept-At') || 0) < DAY ? found : null;
};
const page = async request => {
  try {
    const reply = await fetch(request);
    if (reply.ok && !reply.redirected && !request.url.includes('/login')) (await caches.open(PAGES)).put(request, await stamped(reply.clone()));
    return reply;
  } catch {
    return (await kept(request)) || (await caches.match('/crew/offline')) || Response.error();
  }
};
const file = async request => {
  const cache = await caches.open(FILES), found = await cache.match(request);
  if (found) return found;
  const reply = await fetch(request);
  if (reply.ok) cache.put(request, reply.clone());
  return reply;
};
self.addEventListener('fetch', event => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== location.origin) return;
  if (url.pathname.startsWith('/static/')) event.respondWith(file(event.request));
  else if (event.request.mode === 'navigate' && url.pathname.startsWith('/crew/')) event.respondWith(page(event.request));
});
