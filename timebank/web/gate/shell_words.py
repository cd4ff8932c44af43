"""What the app on a phone says by itself, in the language of the page."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

WORDS: dict[str, LazyString] = {
    "accepted-in": _l("Checked in"),
    "accepted-out": _l("Checked out"),
    "repeated": _l("Scanned before"),
    "refused-in": _l("Not let in"),
    "refused-out": _l("Not checked out"),
    "provisional": _l("Kept, to be decided"),
    "asking": _l("Asking the server…"),
    "since": _l("Checked in at {time}"),
    "left": _l("Checked out at {time}"),
    "nobody": _l("Unknown card"),
    "not-kept": _l("Not kept"),
    "not-kept-note": _l("This phone could not keep the scan ({reason}). Free space on it, then scan again."),
    "unknown-note": _l("This phone does not know the card. The scan is kept; the server decides."),
    "on-line": _l("On line"),
    "last-contact": _l("Last contact {time}"),
    "off-line": _l("No network: go on scanning, everything is kept on this phone"),
    "queued": _l("{number} scans wait to be sent"),
    "queued-one": _l("1 scan waits to be sent"),
    "unsent": _l("not sent yet"),
    "never": _l("not yet"),
    "session-over": _l("Sign in again on this phone; the scans stay kept until then"),
    "no-package": _l("This phone has no list for this shift. Open it once while there is a network."),
    "no-storage": _l("This browser keeps nothing, perhaps a private window. Use another one for the gate."),
    "no-right": _l("This shift is not open to you on this phone."),
    "wiped": _l("This phone may not be used at the gate any more. Everything was removed from it."),
    "left-phone": _l("Everything was removed from this phone."),
    "most": _l("{number} more. Type more of the name."),
    "none-found": _l("Nobody of this shift has “{text}” in the name or number."),
    "do-in": _l("Check in"),
    "do-out": _l("Check out"),
    "never_in": _l("Expected"),
    "inside": _l("Inside"),
    "gone": _l("Left"),
    "camera-start": _l("Scan by camera"),
    "camera-stop": _l("Stop the camera"),
    "camera-none": _l("The camera cannot be used: {reason}. Type the code or the name instead."),
    "camera-ended": _l("The camera was switched off. Start it again."),
    "camera-wait": _l("The camera is starting…"),
    "counts": _l("Let it count"),
    "counts-not": _l("Do not count it"),
    "decided": _l("Decided"),
    "undo": _l("Undo"),
    "undone": _l("Taken back"),
    "failed": _l("That did not work: {reason}"),
    "no-network": _l("no network"),
    "told": _l("the phone said: {verdict}"),
    "final": _l("the server says: {verdict}"),
    "not-taken": _l("The server did not take this scan: {reason}"),
    "again": _l("Send again"),
    "package-yes": _l("List of {number} people, from {time}"),
    "package-no": _l("No list yet. Open the gate on this phone while there is a network."),
    "worker-yes": _l(
        "The page opens without a network. This browser sends the scans only while the page is open."
    ),
    "worker-sends": _l("The page opens without a network, and the scans are sent also after it was closed"),
    "worker-no": _l("The page is not kept yet. Wait a moment, then reload; private windows cannot do it."),
    "storage-yes": _l("The phone promises to keep the scans"),
    "storage-no": _l(
        "The phone may clear the scans when it runs out of space. Install the page and free space."
    ),
    "camera-yes": _l("The camera may be used"),
    "camera-no": _l("The camera is not allowed yet. Press “Try the camera” and allow it."),
    "decoder-yes": _l("Codes can be read ({reason})"),
    "decoder-no": _l("The reader of codes did not load. Reload the page while there is a network."),
    "clock-yes": _l("The clock is right (off by {seconds} s)"),
    "clock-no": _l("The clock is off by {seconds} s. Switch on automatic time in the settings."),
    "clock-unknown": _l("The clock was not compared yet; that needs a network."),
    "awake-yes": _l("The screen stays on while the gate is open; battery {percent}"),
    "awake-no": _l("Set the screen to stay on, and bring a charger; battery {percent}"),
    "percent-unknown": _l("unknown"),
    "sound-yes": _l("Press to hear each verdict; switch the volume on."),
    "kiosk-ready": _l("Hold your card or code before the camera"),
    "kiosk-code": _l("Or type your personal code"),
    "kiosk-hint": _l("The 10 signs on your card; a scanner types here by itself."),
    "kiosk-help": _l("Please ask the organizers."),
    "kiosk-unsent": _l("Scans on this device were not sent yet. Open the gate on it with a network first."),
    "kiosk-not": _l("The device was not registered. Check the name and the network, and try again."),
    "device": _l("This phone: {name}"),
    "remove-ask": _l("Remove all lists and {number} unsent scans from this phone?"),
}


def shell_words() -> dict[str, str]:
    """The words as the page hands them to its script."""
    return {name: str(text) for name, text in WORDS.items()}
