// Every page works without this file; it only makes mistakes harder to make.
import { installConfirm } from "./confirm.js";
import { installErrorNames } from "./error-names.js";
import { installSubmitOnce } from "./submit-once.js";

installConfirm(document);
installErrorNames(document);
installSubmitOnce(document);
document.querySelector("[data-focus]")?.focus();
