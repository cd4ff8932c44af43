// The table of verdicts, read as the server reads it: the first row whose facts all match decides.

export function firstRow(rows, facts) {
  const found = rows.find((row) => Object.entries(row.when).every(([fact, values]) => values.includes(facts[fact])));
  if (!found) throw new Error("no row of the table of verdicts applies");
  return { verdict: found.verdict, code: found.code };
}

export function judge(table, facts) {
  return firstRow(table.online, facts);
}

export function judgeOffline(table, { told, judged, doubt }) {
  const facts = { told, judged: judged.verdict, code: judged.code ?? "", doubt };
  const found = firstRow(table.offline, facts);
  return found.code === "same" ? { verdict: found.verdict, code: judged.code } : found;
}

// `at` and the shift's times in milliseconds; a bound belongs to the time that it ends.
export function timeOf(at, shift) {
  if (at < shift.opensAt) return "early";
  if (at <= shift.endsAt) return "open";
  return at <= shift.closesAt ? "ended" : "late";
}

// What a phone can know without a network: never whether somebody is inside elsewhere.
export function judgeOnPhone(pack, person, direction, at) {
  if (!person) return { verdict: "provisional", code: "unknown" };
  return judge(pack.table, {
    direction,
    session: pack.session,
    person: person.person,
    place: person.has_place ? "yes" : "no",
    time: timeOf(at, pack.times),
    presence: person.presence,
    elsewhere: "no",
    code: "none",
    paper: "no",
  });
}
