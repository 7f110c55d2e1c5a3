/* A form[data-passkey] asks the device for a passkey when it is sent: "create" makes one, "get" uses one. */
(() => {
  const { one, all } = nesk;
  const decode = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), sign => sign.charCodeAt(0));
  const encode = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const known = list => (list || []).map(each => ({ ...each, id: decode(each.id) }));

  const create = async options => {
    const user = { ...options.user, id: decode(options.user.id) };
    const publicKey = {
      ...options, user, challenge: decode(options.challenge), excludeCredentials: known(options.excludeCredentials),
    };
    const { id, rawId, type, response } = await navigator.credentials.create({ publicKey });
    return {
      id, type, rawId: encode(rawId),
      response: { clientDataJSON: encode(response.clientDataJSON), attestationObject: encode(response.attestationObject) },
    };
  };

  const get = async options => {
    const publicKey = {
      ...options, challenge: decode(options.challenge), allowCredentials: known(options.allowCredentials),
    };
    const { id, rawId, type, response } = await navigator.credentials.get({ publicKey });
    return {
      id, type, rawId: encode(rawId),
      response: {
        clientDataJSON: encode(response.clientDataJSON),
        authenticatorData: encode(response.authenticatorData),
        signature: encode(response.signature),
      },
    };
  };

  /* Before the one that sends ordinary forms once: this form is sent when the device has answered. */
  document.addEventListener('submit', async event => {
    const form = event.target;
    const ask = { create, get }[form.dataset.passkey];
    if (!ask) return;
    event.preventDefault();
    const trouble = one('[data-passkey-trouble]', form);
    trouble.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify(await ask(JSON.parse(form.dataset.options)));
    } catch {
      trouble.hidden = false;
      return;
    }
    form.submit();
  }, true);

  const ready = root => {
    if (window.PublicKeyCredential) return;
    all('[data-passkey]', root).forEach(form => { form.hidden = true; });
    all('[data-passkey-unknown]', root).forEach(words => { words.hidden = false; });
  };
  ready(document);
  document.addEventListener('htmx:load', event => ready(event.detail.elt));
})();
