// form[data-confirm="Question?"] asks before it is sent. A button's own data-confirm wins over its form's.

function ask(dialog, question) {
  dialog.querySelector("#confirm-title").textContent = question;
  dialog.showModal();
  dialog.querySelector("[value=no]").focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

async function sendIfConfirmed(dialog, form, submitter, question) {
  dialog.returnValue = "";
  if (!(await ask(dialog, question))) {
    submitter?.focus();
    return;
  }
  form.dataset.confirmed = "yes";
  form.requestSubmit(submitter);
  delete form.dataset.confirmed;
}

export function installConfirm(root) {
  const dialog = root.getElementById("confirm-dialog");
  if (!dialog?.showModal) return;
  dialog.addEventListener("click", (event) => {
    const button = event.target.closest("button[value]");
    if (button) dialog.close(button.value);
  });
  root.addEventListener("submit", (event) => {
    const form = event.target;
    const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (!question || form.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    sendIfConfirmed(dialog, form, event.submitter, question);
  });
}
