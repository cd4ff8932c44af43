"""Phones of the gate: registered once for each team, revoked, wiped."""

from __future__ import annotations

from timebank.attendance.models import GateDevice
from timebank.attendance.queries.devices import device_row
from timebank.attendance.rules import DeviceKind, read_token, write_token
from timebank.attendance.usecases.desk import operated_gate
from timebank.kernel.crypto import fingerprint
from timebank.kernel.errors import InvariantBroken, NotFound, Unauthenticated
from timebank.kernel.ids import Key, new_token
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work


def register_device(
    work: Work,
    *,
    shift: Key,
    name: str,
    app_version: str | None = None,
    kind: DeviceKind = DeviceKind.DESK,
) -> str:
    """Register the device in hand for the gates of the shift's team; the token is told this once only.

    Raises NotFound outside one's teams.
    """
    gate = operated_gate(work, shift)
    if work.actor.user is None:
        raise InvariantBroken("a phone needs somebody in whose name it works")
    device = Key(gate.organization.shard, work.new_id())
    token = write_token(device, new_token())
    work.session.add(
        GateDevice(
            shard_code=device.shard,
            id=device.id,
            organization_id=gate.organization.id,
            kind=kind,
            name=name,
            token_hash=fingerprint(token),
            made_by_shard=work.actor.user.shard,
            made_by_id=work.actor.user.id,
            made_at=work.now,
            last_seen_at=work.now,
            app_version=app_version,
        )
    )
    work.emit("gate_device.registered", device, organization=gate.organization)
    return token


def note_device(work: Work, *, device: Key, app_version: str | None = None) -> None:
    """Note that a phone was in contact. Raises NotFound for one of another team."""
    row = work.session.get(GateDevice, (device.shard, device.id), with_for_update=True)
    work.allow(Permission.GATE_SCAN, organization=Key(device.shard, row.organization_id) if row else None)
    if row is None:
        raise NotFound()
    row.last_seen_at = max(row.last_seen_at, work.now)
    row.app_version = app_version or row.app_version


def revoke_device(work: Work, *, organization: Key, device: Key) -> None:
    """Let a phone in no more; what is on it goes at its next contact. Again: nothing changes.

    Raises NotFound for a phone of another team.
    """
    work.allow(Permission.GATE_OPERATE, organization=organization)
    row = work.session.get(GateDevice, (device.shard, device.id), with_for_update=True)
    if row is None or Key(row.shard_code, row.organization_id) != organization:
        raise NotFound()
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = work.now, work.actor.label
        work.emit("gate_device.revoked", device, organization=organization)


def report_wiped(work: Work, *, token: str) -> None:
    """A phone says that nothing is left on it; with that it is revoked, if it was not yet.

    Whoever holds the token may end it, as anybody may sign out. Raises Unauthenticated("device-unknown").
    """
    work.allow(Permission.USER_SIGN_IN)
    key = read_token(token)
    row = device_row(key, token) if key else None
    if key is None or row is None:
        raise Unauthenticated("device-unknown")
    if row.wiped_at is not None:
        return
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = work.now, f"{row.made_by_shard:06d}-{row.made_by_id}"
    row.wiped_at = work.now
    work.emit("gate_device.wiped", key, organization=Key(row.shard_code, row.organization_id))
