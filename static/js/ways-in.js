/* Ways in: a phone takes its shape while it is typed, the captcha is heard, the form of a link in a letter sends itself. */
(() => {
  const { all } = nesk;

  /* «+7 (918) 000-14-28» from whatever is typed or pasted, or with the beginning that [data-phone] names; while somebody
     erases nothing is put back. */
  const shaped = (text, begin) => {
    let digits = text.replace(/\D/g, '');
    if (/^[78]/.test(digits)) digits = digits.slice(1);
    if (!digits) return text.trim() ? begin : '';
    const [code, three, two, last] = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6, 8), digits.slice(8, 10)];
    return `${begin}${code}${three ? `) ${three}` : ''}${two ? `-${two}` : ''}${last ? `-${last}` : ''}`;
  };
  document.addEventListener('input', event => {
    const input = event.target;
    if (!input.matches('[data-phone]') || (event.inputType || '').startsWith('delete')) return;
    if (/[^\d\s()+-]/.test(input.value)) return;
    const atEnd = input.selectionStart === input.value.length;
    if (atEnd) input.value = shaped(input.value, input.dataset.phone || '+7 (');
  });

  let sound = null;
  document.addEventListener('click', event => {
    const link = event.target.closest('[data-listen]');
    if (!link) return;
    event.preventDefault();
    if (sound) sound.pause();
    sound = new Audio(link.href);
    sound.play().catch(() => { location.href = link.href; });
  });

  /* Once only: a form that came back refused waits for its button. */
  all('form[data-at-once]').forEach(form => form.requestSubmit());
})();
