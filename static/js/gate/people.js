// The list of a shift on the phone: who a card belongs to, who fits what was typed, where everybody is.
const SHORTEST = 2;
export const MOST_FOUND = 30;
const CODE = /^[2-9A-HJKMNP-Z]{10}$/;

export function plainCode(text) {
  return text.normalize("NFKC").replace(/[\s\u2010-\u2015-]/g, "").toUpperCase();
}

export function looksLikeCode(text) {
  return CODE.test(plainCode(text));
}

async function markOf(salt, code, length) {
  const bytes = new TextEncoder().encode(`${salt}:${code}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, length);
}

// A package as it comes from the server, as the phone keeps it.
export function packed(answer, receivedAt) {
  const { shift, package: list } = answer;
  const times = { opensAt: shift.opens_at, endsAt: shift.ends_at, closesAt: shift.closes_at };
  return {
    shift: shift.key,
    organization: shift.organization,
    facts: shift,
    times: Object.fromEntries(Object.entries(times).map(([name, at]) => [name, Date.parse(at)])),
    session: list.session,
    salt: list.salt,
    undoMinutes: list.undo_minutes,
    counts: list.counts,
    madeAt: list.made_at,
    receivedAt,
    table: answer.table,
    words: answer.words,
    people: list.people,
  };
}

export class People {
  constructor(pack, presences) {
    this.pack = pack;
    this.byKey = new Map(pack.people.map((each) => [each.volunteer, { ...each }]));
    this.byMark = new Map();
    for (const each of this.byKey.values()) if (each.mark) this.byMark.set(each.mark, each);
    for (const each of presences) if (each.shift === pack.shift) this.place(each);
  }

  place({ volunteer, presence, in_at, out_at }) {
    const person = this.byKey.get(volunteer);
    if (person) Object.assign(person, { presence, in_at, out_at });
  }

  async ofCode(text) {
    return this.byMark.get(await markOf(this.pack.salt, plainCode(text), 8));
  }

  ofKey(volunteer) {
    return this.byKey.get(volunteer);
  }

  find(text) {
    const wanted = text.trim().toLowerCase();
    if (wanted.length < SHORTEST) return null;
    const fits = (each) =>
      each.name.toLowerCase().includes(wanted) ||
      each.initials.split(" ").some((reading) => reading.startsWith(wanted)) ||
      each.last_signs.toLowerCase() === wanted;
    const found = [...this.byKey.values()].filter(fits);
    return { shown: found.slice(0, MOST_FOUND), more: Math.max(0, found.length - MOST_FOUND) };
  }
}

// Where somebody is after a scan that the phone has accepted.
export function afterwards(shift, person, direction, at) {
  const arrived = direction === "in" ? at : (person.in_at ?? at);
  return {
    shift,
    volunteer: person.volunteer,
    presence: direction === "in" ? "inside" : "gone",
    in_at: arrived,
    out_at: direction === "in" ? null : at,
  };
}
