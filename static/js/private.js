/* Pages of one person (body[data-private]): the Back button never shows them after sign-out, and nothing stays on the device. */
(() => {
  const here = document.body.hasAttribute('data-private');
  const channel = 'BroadcastChannel' in window ? new BroadcastChannel('nesk') : null;

  if (here) {
    addEventListener('pagehide', () => { document.body.hidden = true; });
    addEventListener('pageshow', event => {
      if (event.persisted) location.reload();
      else document.body.hidden = false;
    });
    if (channel) channel.addEventListener('message', event => { if (event.data === 'signed out') location.reload(); });
  }

  document.addEventListener('submit', event => {
    if (!event.target.matches('form[data-sign-out]')) return;
    if (channel) setTimeout(() => channel.postMessage('signed out'), 500);
    sessionStorage.clear();
    if (event.target.getAttribute('action') === '/logout') indexedDB.deleteDatabase('nesk');  /* the subscriber's; others have none there */
  });
})();
