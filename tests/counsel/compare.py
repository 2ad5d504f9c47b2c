"""Compares the two evaluators on random histories, under every jurisdiction that the packs name.

    compare.py --constancia PROGRAM --packs DIR [--seed N] [--decisions N] [--instants N]

Writes cases whose answers come from evaluator.py and has `constancia policy test` answer them. A difference prints the
case, and the seed that makes it again. `--instants` of the cases also ask for the next allowed instant.
"""

import argparse
import concurrent.futures
import datetime
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import zoneinfo

import evaluator

UTC = datetime.timezone.utc
ZONES = {"CL": ["America/Santiago", "America/Punta_Arenas", "Pacific/Easter"], "CO": ["America/Bogota"],
         "MX": ["America/Mexico_City", "America/Tijuana", "America/Hermosillo"], "PE": ["America/Lima"],
         "AR": ["America/Argentina/Buenos_Aires"], "BR": ["America/Sao_Paulo", "America/Manaus"],
         "EC": ["America/Guayaquil", "Pacific/Galapagos"], "CR": ["America/Costa_Rica"], "UK": ["Europe/London"],
         "ES": ["Europe/Madrid", "Atlantic/Canary"], "US": ["America/New_York", "America/Chicago", "Pacific/Honolulu"]}
OUTCOMES = {"call": ("answered", "spoke", "no_answer", "voicemail", "busy", "not_in_service"),
            "visit": ("spoke", "no_one_home"), "": ("sent", "delivered", "read", "failed", "bounced")}
RECORDS = [word for word in evaluator.ENDERS] + [ender for enders in evaluator.ENDERS.values() for ender in enders]
CHANNEL_RECORDS = [prefix + channel for prefix in ("stop_", "revoked_", "authorised_", "reasonable_request_")
                   for channel in evaluator.CHANNELS]
PURPOSES = ("REMINDER_BEFORE_DUE", "LEGAL_NOTICE", "COMPLAINT_ANSWER", "SURVEY")


def text_of(instant, zone):
    return instant.astimezone(zone).isoformat()


class Stories:
    """Random cases. Times gather where something can happen: near each other, near days and hours that matter."""

    def __init__(self, counsel, seed):
        self.counsel = counsel
        self.random = random.Random(seed)
        self.codes = sorted({code for pack in counsel.packs for code in pack.jurisdictions if pack.id != "HOUSE"})
        self.has_house = any(pack.id == "HOUSE" for pack in counsel.packs)
        bars = [bar for pack in counsel.packs for rule in pack.rules for bar in rule.text.get("bars", ())]
        self.words = sorted({word for bar in bars for word in (bar["opened_by"], *bar.get("closed_by", ()))} | set(RECORDS))

    def instant(self, zone):
        day = datetime.date(2019, 6, 1) + datetime.timedelta(days=self.random.randrange(2600))
        second = self.random.choice((self.random.randrange(86400), self.random.choice((7, 8, 9, 13, 14, 18, 19, 20, 21)) *
                                     3600 + self.random.choice((-1, 0, 0, 1, 1800))))
        wall = datetime.datetime.combine(day, datetime.time(second // 3600, second // 60 % 60, second % 60))
        return wall.replace(tzinfo=zone).astimezone(UTC)

    def channel(self):
        return self.random.choice(evaluator.CHANNELS + ("call", "call", "sms", "im", "email", "letter"))

    def contact(self, at, channel=None):
        channel = channel or self.channel()
        kind = next((name for name in ("call", "visit", "") if channel.startswith(name)), "")
        if channel == "voicemail_drop":
            kind = "call"
        one = {"at": at, "channel": channel, "outcome": self.random.choice(OUTCOMES[kind]),
               "party": self.party(), "debt": self.random.choice(("D1", "D1", "D1", "D2"))}
        if self.random.random() < 0.2:
            one["initiated_by"] = "debtor"
        return one

    def party(self):
        return self.random.choice(("debtor",) * 8 + evaluator.PARTIES)

    def record(self, at):
        word = self.random.choice(self.words if self.random.random() < 0.6 else CHANNEL_RECORDS)
        one = {"at": at, "channel": "record", "outcome": word, "party": self.party(),
               "debt": self.random.choice(("D1", "D1", "D2"))}
        if word == "inconvenient_time":
            one["window"] = {self.random.choice(("daily",) + evaluator.WEEKDAYS): [self.random.choice(
                ("08:00-12:00", "17:30-20:00", "00:00-09:15"))]}
        return one

    def busy_case(self, case):
        """A debtor who is contacted often by few channels, asked about on a working day: limits decide."""
        zone = zoneinfo.ZoneInfo(case["tz"].split("|")[0])
        day = datetime.date(2019, 6, 3) + datetime.timedelta(weeks=self.random.randrange(370), days=self.random.randrange(5))
        at = datetime.datetime.combine(day, datetime.time(self.random.randrange(9, 18), self.random.randrange(60)))
        at = at.replace(tzinfo=zone).astimezone(UTC)
        channels = self.random.sample(("call", "visit", "sms", "im", "email", "letter"), 2)
        case["proposed"] = {"at": at, "channel": self.random.choice(channels), "debt": "D1"}
        case["history"] = []
        span = self.random.choice((600, 3000, 14000))
        for back in sorted(self.random.sample(range(1, span), self.random.randrange(1, 10)), reverse=True):
            one = self.contact(at - datetime.timedelta(minutes=back), self.random.choice(channels))
            one["party"] = "debtor"
            case["history"].append(one)
        return case

    def case(self, number):
        code = self.random.choice(self.codes)
        names = ZONES[code.split("-")[0]]
        zones = names[:1] if self.random.random() < 0.7 else self.random.sample(names, self.random.randint(1, len(names)))
        main = zoneinfo.ZoneInfo(zones[0])
        at = self.instant(main)
        history = []
        for back in sorted({self.random.choice((self.random.randrange(1, 1500), self.random.randrange(1, 15000),
                                                self.random.randrange(1, 60000))) for _ in range(self.random.randrange(9))},
                           reverse=True):
            before = at - datetime.timedelta(minutes=back, seconds=self.random.randrange(60) if back > 1 else 0)
            history.append(self.contact(before) if self.random.random() < 0.8 else self.record(before))
        proposed = {"at": at, "channel": self.channel(), "party": self.party(),
                    "debt": self.random.choice(("D1", "D1", "D2"))}
        if self.random.random() < 0.1:
            del proposed["debt"]
            proposed["debts"] = ["D1", "D2"]
        case = {"id": f"random-{number}", "jurisdiction": code, "tz": "|".join(zones), "history": history,
                "proposed": proposed}
        if self.has_house and self.random.random() < 0.2:
            case["jurisdiction"] += "+HOUSE"
        if code == "CL" and self.random.random() < 0.1:
            case["region"] = self.random.choice(("CL-AP", "CL-NB-chillan", "CL-RM"))
        if self.random.random() < 0.1:
            proposed["purpose"] = self.random.choice(PURPOSES)
        choices = {switch: values for pack in self.counsel.packs_for(case["jurisdiction"])
                   for switch, values in pack.choices.items()}
        if choices and self.random.random() < 0.3:
            switch = self.random.choice(sorted(choices))
            case["switches"] = {switch: self.random.choice(choices[switch])}
        return self.busy_case(case) if self.random.random() < 0.6 else case


def typed(value):
    """A switch's value as JSON has it."""
    return {"true": True, "false": False}.get(value, int(value) if value.isdigit() else value)


def written(case):
    """The case as a line: instants as text."""
    zone = zoneinfo.ZoneInfo(case["tz"].split("|")[0])

    def one(contact):
        return {**contact, "at": text_of(contact["at"], zone)}

    line = {**case, "history": [one(contact) for contact in case["history"]], "proposed": one(case["proposed"])}
    if "switches" in case:
        line["switches"] = {switch: typed(value) for switch, value in case["switches"].items()}
    if isinstance(case.get("next_allowed_at"), datetime.datetime):
        line["next_allowed_at"] = text_of(case["next_allowed_at"], zone)
    return json.dumps(line)


def answered(counsel, case, with_instant):
    denied, review = counsel.evaluate(case)
    case["expect"] = "deny" if denied else "permit"
    case["rule"] = denied[0] if denied else next(rule.ids["day"] for pack in counsel.packs_for(case["jurisdiction"])
                                                 for rule in pack.rules if rule.kind != "exemption")
    if review:
        case["review"] = review
    if with_instant and denied:
        case["next_allowed_at"] = counsel.next_allowed_at(case)
    return case


def holidays_of(program, calendars):
    found = {}
    for calendar in calendars:
        lines = subprocess.run([program, "policy", "holidays", calendar, "--from", "2019-01-01", "--to", "2030-12-31", "-o", "jsonl"],
                               capture_output=True, text=True, check=True).stdout.splitlines()
        for line in map(json.loads, lines):
            date = datetime.date.fromisoformat(line["date"])
            found.setdefault((calendar, date.year), set()).add((date, line["region"]))
    return found


def load(program, packs):
    paths = sorted(pathlib.Path(packs).glob("**/pack.yaml"))
    calendars = {pack.calendar for pack in map(evaluator.Pack, paths) if pack.calendar}
    return evaluator.Counsel(paths, holidays_of(program, sorted(calendars)))


def compare(program, packs, seed, decisions, instants):
    """Makes and asks one share of the cases; returns what differs."""
    counsel = load(program, packs)
    stories = Stories(counsel, seed)
    every = max(1, decisions // instants) if instants else 0
    denials = 0
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        for number in range(decisions):
            case = answered(counsel, stories.case(number), every and number % every == 0)
            denials += case["expect"] == "deny"
            file.write(written(case) + "\n")
        file.flush()
        done = subprocess.run([program, "policy", "test", file.name, "--packs", str(packs), "-o", "jsonl"],
                              capture_output=True, text=True, check=False)
        results = [json.loads(line) for line in done.stdout.splitlines()]
        if done.returncode == 0 and len(results) == decisions:
            return "", denials
        differ = [one for one in results if one["difference"]]
        lines = pathlib.Path(file.name).read_text(encoding="utf-8").splitlines()
        said = [f'{one["difference"]}\n{lines[int(one["line"]) - 1]}' for one in differ[:5]]
        return "\n".join([f"seed {seed}: {len(differ)} differ", *said, done.stderr[-1500:]]), denials


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--constancia", required=True)
    parser.add_argument("--packs", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--decisions", type=int, default=100_000)
    parser.add_argument("--instants", type=int, default=400)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    share = [given.decisions // given.processes, given.instants // given.processes]
    with concurrent.futures.ProcessPoolExecutor(given.processes) as pool:
        done = list(pool.map(compare, *zip(*[(given.constancia, given.packs, given.seed * 1000 + one, *share)
                                             for one in range(given.processes)])))
    for difference, _ in done:
        if difference:
            print(difference)
    denials = sum(one[1] for one in done)
    print(f"{given.decisions} decisions, {denials} denials, {given.instants} with the next allowed instant")
    # A comparison in which nearly everything is denied, or nothing, compares little.
    if not given.decisions // 10 < denials < given.decisions * 9 // 10:
        print("too few or too many denials: the random cases are not what they should be")
        return 1
    return 1 if any(difference for difference, _ in done) else 0


if __name__ == "__main__":
    sys.exit(main())
