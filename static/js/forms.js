/* Fields: the eye of a password, the cells of a code, the countdown to a new code, photos made smaller, one press is one request. */
(() => {
  const { one, all } = nesk;
  const LONGEST_SIDE = 1600;

  document.addEventListener('click', event => {
    const eye = event.target.closest('[data-eye]');
    if (!eye) return;
    const input = document.getElementById(eye.dataset.eye);
    const show = input.type === 'password';
    input.type = show ? 'text' : 'password';
    eye.setAttribute('aria-pressed', show);
    const use = one('use', eye);
    use.setAttribute('href', use.getAttribute('href').replace(/#.*/, show ? '#eye-off' : '#eye'));
  });

  /* A ticked [data-disables] switches off the field that it names: «Сгенерировать пароль автоматически». */
  const disable = box => { document.getElementById(box.dataset.disables).disabled = box.checked; };
  document.addEventListener('change', event => event.target.matches('[data-disables]') && disable(event.target));

  document.addEventListener('input', event => {
    const input = event.target;
    if (!input.matches('.cells input')) return;
    const digits = input.value.replace(/\D/g, '').slice(0, input.maxLength);
    if (digits !== input.value) input.value = digits;
    input.scrollLeft = 0;
  });

  /* «Новый код можно запросить через 0:59»: the seconds are in data-timer, the thing to show afterwards is [data-resend]. */
  const count = label => {
    let left = Number(label.dataset.timer);
    const say = () => { label.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`; };
    say();
    const tick = setInterval(() => {
      left -= 1;
      if (left > 0 && label.isConnected) return say();
      clearInterval(tick);
      const line = label.closest('[data-timer-line]') || label.parentElement;
      line.hidden = true;
      all('[data-resend]').forEach(element => { element.hidden = false; });
    }, 1000);
  };
  const ready = root => {
    all('[data-timer]', root).forEach(count);
    all('[data-resend][data-after-timer]', root).forEach(element => { element.hidden = Boolean(one('[data-timer]')); });
    all('[data-disables]', root).forEach(disable);
    all('[data-without-script]', root).forEach(element => { element.hidden = true; });
    all('[data-with-script]', root).forEach(element => { element.hidden = false; });
  };
  ready(document);
  document.addEventListener('htmx:load', event => ready(event.detail.elt));

  /* Photos leave the phone no larger than they are looked at. */
  const smaller = async file => {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
    const picture = await createImageBitmap(file);
    const scale = LONGEST_SIDE / Math.max(picture.width, picture.height);
    if (scale >= 1) return file;
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    const made = await new Promise(resolve => canvas.toBlob(resolve, 'image/jpeg', 0.85));
    return made ? new File([made], file.name.replace(/\.\w+$/, '.jpg'), { type: 'image/jpeg' }) : file;
  };

  document.addEventListener('change', async event => {
    const input = event.target;
    if (!input.matches('input[type=file]') || !input.files.length) return;
    if (input.matches('[data-shrink]')) {
      const files = new DataTransfer();
      for (const file of input.files) files.items.add(await smaller(file).catch(() => file));
      input.files = files.files;
    }
    const names = document.getElementById(input.dataset.names || '');
    if (names) names.textContent = [...input.files].map(file => file.name).join(', ');
    input.dispatchEvent(new CustomEvent('chosen', { bubbles: true }));
  });

  /* An ordinary form is sent once: the pressed button turns busy. htmx does the same by hx-disabled-elt. */
  document.addEventListener('submit', event => {
    const form = event.target;
    if (form.method !== 'post' || form.hasAttribute('hx-post') || event.defaultPrevented) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = 'yes';
    if (event.submitter) event.submitter.setAttribute('aria-busy', 'true');
    if (!form.dataset.download) return;
    event.preventDefault();
    take(form).catch(() => { free(form); nesk.toast({ text: 'Нет связи. Проверьте интернет и повторите', kind: 'bad' }); });
  });

  /* What comes as a download would leave a page behind that does not know of it: the file is taken here, and the page goes on
     to [data-download]; a refusal takes the place of what was on the page. */
  const take = async form => {
    const reply = await fetch(form.action, { method: 'POST', body: new FormData(form) });
    if (reply.redirected) return location.assign(reply.url);
    const [, name] = (reply.headers.get('Content-Disposition') || '').split("filename*=UTF-8''");
    if (!name) {
      const page = new DOMParser().parseFromString(await reply.text(), 'text/html');
      one('#main').replaceWith(one('#main', page));
      window.htmx?.process(one('#main'));
      ready(one('#main'));
      one('#main [data-error-summary]')?.focus();
      return;
    }
    const link = document.createElement('a');
    link.href = URL.createObjectURL(await reply.blob());
    link.download = decodeURIComponent(name);
    link.click();
    location.assign(form.dataset.download);
  };
  const free = form => {
    delete form.dataset.sent;
    all('[aria-busy]', form).forEach(button => button.removeAttribute('aria-busy'));
  };
  addEventListener('pageshow', () => all('form[data-sent]').forEach(free));
})();
