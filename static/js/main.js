// Every page works without this file; it only makes mistakes harder to make.
import { installConfirm } from "./confirm.js";
import { installSubmitOnce } from "./submit-once.js";

installConfirm(document);
installSubmitOnce(document);
document.querySelector("[data-focus]")?.focus();
