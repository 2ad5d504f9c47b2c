"""Counsel a second time: contact rules evaluated by brute force, from the pack files and the law's words alone.

Shares nothing with policies/engine but the packs themselves and the dates of public holidays. Slow on purpose: every
question goes through the whole history, and the next allowed instant is found by trying each instant at which anything
can change. Cases are dictionaries in the form of the packs' cases.jsonl.
"""

import datetime
import functools
import zoneinfo

import yaml

DAY = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)
UTC = datetime.timezone.utc

CHANNELS = ("call", "call_work", "voicemail_drop", "visit", "visit_work", "sms", "im", "email", "email_work", "letter",
            "social_dm")
FAMILIES = ({"call", "call_work", "voicemail_drop"}, {"visit", "visit_work"}, {"email", "email_work"})
PARTIES = ("debtor", "codebtor", "guarantor", "spouse", "attorney", "employer", "reference", "third_party", "locator")
COUNTED = {"answered", "spoke", "no_answer", "voicemail", "no_one_home", "sent", "delivered", "read"}
TALKS = {"answered", "spoke"}
UNANSWERED = {"no_answer", "voicemail", "no_one_home"}
NOT_COLLECTION = {"LEGAL_NOTICE", "COMPLAINT_ANSWER"}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
STEP_OF_KIND = {"status_bar": 1, "party_allow": 2, "party_once": 2, "channel_bar": 3, "channel_authorised": 3,
                "precondition": 3, "spacing": 9, "exclusive_channel": 10, "quiet_after": 11}
CONTACT_KINDS = set(STEP_OF_KIND) | {"window", "count"}
# What a debtor of the worked cases has authorised.
AUTHORISED = {"call", "sms", "im", "email", "letter"}
# What ends a record, and whether it is about the debt (D), the person (P) or both (DP); a bar may be about the case (C),
# and every story is one case.
ENDERS = {"served_in_lawsuit": ("suit_ended",), "insolvency_opened": ("insolvency_ended",),
          "cease_written": ("cease_lifted",), "attorney_represented": ("representation_ended",),
          "dispute_written": ("verification_sent", "dispute_resolved"), "employer_prohibits": ("employer_allows",),
          "hours_waiver": ("waiver_ended",), "breathing_space_opened": ("breathing_space_ended",),
          "consent_calls": ("consent_ended",), "consent_email_work": ("consent_ended",),
          "visit_authorised_microcredit": ("revoked_visit",), "inconvenient_time": ("request_withdrawn_time",),
          "info_requested": ()}
SCOPES = {"served_in_lawsuit": "D", "cease_written": "D", "dispute_written": "D", "attorney_represented": "DP",
          "consent_calls": "DP"}


def family(channel):
    return next((one for one in FAMILIES if channel in one), {channel})


def date_of(text):
    return text if isinstance(text, datetime.date) else datetime.date.fromisoformat(text)



class Pack:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            text = yaml.load(file, Loader=yaml.BaseLoader)
        self.id = text["pack"]
        self.jurisdictions = text["jurisdictions"]
        self.calendar = text.get("calendar", "")
        self.region = text.get("region", "")
        self.switches = {one["id"]: one["default"] for one in text.get("switches", ())}
        self.choices = {one["id"]: one.get("values") or {"bool": ["true", "false"], "int": ["0", "1", "48"]}[one["type"]]
                        for one in text.get("switches", ())}
        self.rules = [Rule(self, one, text) for one in text["rules"]
                      if one["kind"] in CONTACT_KINDS or one["kind"] == "exemption"]


class Rule:
    """One clause as it stands in the pack; `with_switches` gives what is asked."""

    def __init__(self, pack, text, of_pack):
        self.pack = pack
        self.kind = text["kind"]
        self.text = text
        self.ids = {"day": text.get("day_id", text.get("id")), "hour": text.get("hour_id", text.get("id"))}
        self.id = text.get("id")
        self.start = date_of(text.get("from", of_pack.get("effective_from")))
        until = text.get("until", of_pack.get("effective_until"))
        self.until = date_of(until) if until else datetime.date.max
        self.severity = text.get("severity", "prohibition")
        self.fallback = text.get("fallback") == "true"

    @functools.lru_cache(maxsize=64)
    def step(self, per):
        if "step" in self.text:
            return int(self.text["step"])
        if self.kind == "count":
            return {"local_date": 6, "calendar_month": 7}.get(per, 8)
        return STEP_OF_KIND.get(self.kind, 4)

    def steps(self):
        return {4, 5} if self.kind == "window" else {self.step(self.text.get("per"))}

    def with_switches(self, values):
        text = dict(self.text)
        for field, switch in text.get("switch", {}).items():
            text[field] = values.get(switch, self.pack.switches.get(switch))
        return text


class Counsel:
    """All packs; `holidays` maps (calendar, year) to {(date, region)}, region "" for everywhere."""

    def __init__(self, paths, holidays):
        self.packs = [Pack(path) for path in paths]
        self.holidays = holidays

    def packs_for(self, codes):
        chosen = []
        for code in codes.split("+"):
            found = sorted((pack for pack in self.packs if code in pack.jurisdictions),
                           key=lambda pack: (-len(pack.jurisdictions), pack.id))
            chosen += [pack for pack in found if pack not in chosen]
        return chosen

    def evaluate(self, case, at=None):
        """Returns the ids of the rules that deny, in their order, and of those that ask for a review."""
        return Question(self, case, at).answer()

    def next_allowed_at(self, case):
        """The first instant from the proposal's on at which nothing denies; None when there is none in 400 dates."""
        proposed = case["proposed"]["at"]
        if not self.evaluate(case)[0]:
            return proposed
        for instant in sorted(Question(self, case, None).instants_of_change()):
            if instant > proposed and not self.evaluate(case, instant)[0]:
                return instant
        return None


class Question:
    def __init__(self, counsel, case, at):
        self.counsel = counsel
        self.packs = counsel.packs_for(case["jurisdiction"])
        self.zones = [zoneinfo.ZoneInfo(name) for name in case["tz"].split("|")]
        self.region = case.get("region", "")
        self.switches = case.get("switches", {})
        self.proposed = dict(case["proposed"])
        if at is not None:
            self.proposed["at"] = at
        self.at = self.proposed["at"]
        self.date = self.local(self.at)
        self.debts = self.debts_of(self.proposed)
        self.contacts = [one for one in case["history"] if one["channel"] != "record"]
        self.records = [one for one in case["history"] if one["channel"] == "record"]
        self.rules = {}
        for pack in self.packs:
            for rule in pack.rules:
                self.rules.setdefault(rule.id, []).append(rule)

    # What words of a case mean.

    def local(self, instant, zone=None):
        return instant.astimezone(zone or self.zones[0]).date()

    @staticmethod
    def debts_of(one):
        return set(one.get("debts") or [one.get("debt", "D1")])

    @staticmethod
    def person_of(one):
        return one.get("person", one.get("party", "debtor"))

    def same(self, key, contact, debt):
        same_person = self.person_of(contact) == self.person_of(self.proposed)
        if key == "person":
            return same_person
        if key == "person_creditor":
            return same_person and contact.get("creditor", "C1") == self.proposed.get("creditor", "C1")
        return debt in self.debts_of(contact) and (same_person or key == "debt")

    # Records.

    def about(self, record, scope, debt, couple=False):
        people = {self.person_of(self.proposed)}
        if couple and people & {"debtor", "spouse"}:
            people |= {"debtor", "spouse"}
        is_debt = debt in self.debts_of(record)
        is_person = self.person_of(record) in people
        return {"D": is_debt, "P": is_person, "DP": is_debt and is_person, "C": True}[scope]

    def open_since(self, word, at, scope, debt, enders=None, couple=False):
        """The record of that word that stands at `at`, None when there is none."""
        enders = ENDERS.get(word, ()) if enders is None else enders
        found = None
        for record in self.records:
            if record["at"] > at or not self.about(record, scope, debt, couple):
                continue
            if record["outcome"] == word:
                found = record
            elif record["outcome"] in enders:
                found = None
        return found

    # Exemptions.

    def answers(self, contact, hours):
        """Whether a contact is the reply to a message of the same person on the same channel."""
        if contact["channel"] not in ("im", "sms", "email"):
            return False
        alike = [one for one in self.contacts
                 if one["channel"] == contact["channel"] and self.person_of(one) == self.person_of(contact)]
        messages = [one["at"] for one in alike
                    if one.get("initiated_by") == "debtor" and one["at"] <= contact["at"] < one["at"] + hours]
        if not messages:
            return False
        return not any(max(messages) < one["at"] < contact["at"] and one.get("initiated_by", "collector") == "collector"
                       and one.get("outcome") in COUNTED for one in alike)

    def covers(self, exemption, contact, debt):
        text = exemption.with_switches(self.switches)
        day = self.local(contact["at"])
        if not exemption.start <= day <= exemption.until:
            return False
        if contact["channel"] not in text.get("channels", CHANNELS) or \
                contact.get("party", "debtor") not in text.get("parties", PARTIES):
            return False
        hours = datetime.timedelta(hours=int(text.get("lasts_hours", 0)))
        word = text["record"]
        if word == "debtor_message":
            return self.answers(contact, hours)
        record = self.open_since(word, contact["at"], SCOPES.get(word, "P"), debt)
        if record is None:
            return False
        if "lasts_hours" in text and contact["at"] >= record["at"] + hours:
            return False
        if "lasts_dates" in text and day >= self.local(record["at"]) + DAY * int(text["lasts_dates"]):
            return False
        between = [one for one in self.contacts if record["at"] < one["at"] < contact["at"]]
        if text.get("ends_on") == "first_talk" and any(
                one.get("outcome") in TALKS and self.same("person_debt", one, debt) for one in between):
            return False
        if text.get("once") == "true" and any(
                one.get("initiated_by", "collector") == "collector" and self.same("person", one, debt)
                and one.get("outcome") in COUNTED for one in between):
            return False
        return True

    def exemptions(self, text, step, pack):
        names = text.get("exempt_by", ["reply"] if step >= 6 else [])
        for name in names:
            if name == "reply":
                name = pack.jurisdictions[0].split("-")[0] + "-INBOUND-reply"
            yield from self.rules.get(name, ())

    def exempt(self, text, step, pack, contact, debt, counting=False):
        return any(self.covers(one, contact, debt) for one in self.exemptions(text, step, pack)
                   if not (counting and one.text.get("count_exempted") == "true"))

    # Counting.

    def counted(self, rule, text, step, debt, first, last, bucket=None):
        bucket = bucket or set(text.get("bucket", text.get("channels", CHANNELS)))
        outcomes = set(text.get("outcomes", COUNTED))
        if text.get("contact") == "two_way":
            outcomes = TALKS
        if text.get("unanswered") == "false":
            outcomes = outcomes - UNANSWERED
        first = max(first, date_of(text.get("count_from", rule.start)))
        return [one for one in self.contacts
                if one.get("initiated_by", "collector") == "collector" and one["at"] <= self.at
                and one["channel"] in bucket and one.get("outcome") in outcomes
                and first <= self.local(one["at"]) <= last and self.same(text.get("key", "person"), one, debt)
                and not self.exempt(text, step, rule.pack, one, debt, counting=True)]

    def window_of(self, per, n):
        if per == "local_date":
            return self.date
        if per == "calendar_month":
            return self.date.replace(day=1)
        if per == "calendar_week":
            return self.date - DAY * self.date.weekday()
        return self.date - DAY * (int(n) - 1)

    # Kinds. Each returns whether the rule fails; `window` returns which of its two rules do.

    def fails(self, rule, text, step, debt):
        return getattr(self, "ask_" + rule.kind)(rule, text, step, debt)

    def ask_status_bar(self, rule, text, step, debt):
        del rule, step
        if self.proposed.get("party", "debtor") in text.get("spare_parties", ()):
            return False
        scopes = {"debt": "D", "person": "P", "debt_and_person": "DP", "case": "C"}
        return any(self.open_since(bar["opened_by"], self.at, scopes[bar["scope"]], debt, bar.get("closed_by", ()),
                                   bar.get("couple") == "true") for bar in text["bars"])

    def ask_party_allow(self, rule, text, step, debt):
        del rule, step, debt
        allowed = list(text["allow"]) + (text.get("also_allow", []) if text.get("also_allowed") == "true" else [])
        return self.proposed.get("party", "debtor") not in allowed

    def ask_party_once(self, rule, text, step, debt):
        if self.proposed.get("party", "debtor") != text["party"]:
            return False
        made = self.counted(rule, {**text, "count_from": datetime.date.min}, step, debt, datetime.date.min, self.date)
        return len(made) >= int(text.get("limit", 1))

    def ask_channel_bar(self, rule, text, step, debt):
        del rule, step

        def stands(word):
            words = [word]
            if text.get("family_of_record") == "true":
                words = [word + channel for channel in family(self.proposed["channel"])]
            for one in words:
                enders = ENDERS.get(one)
                for prefix, ender in (("stop_", "authorised_"), ("revoked_", "authorised_"),
                                      ("authorised_", "revoked_"), ("reasonable_request_", "request_withdrawn_")):
                    if one.startswith(prefix):
                        enders = {ender + channel for channel in family(one.removeprefix(prefix))}
                if self.open_since(one, self.at, SCOPES.get(one, "P"), debt, enders or ()):
                    return True
            return False

        if any(stands(word) for word in text.get("when_record", ())):
            return True
        if "unless_record" in text:
            return not any(stands(word) for word in text["unless_record"])
        return "when_record" not in text

    def ask_channel_authorised(self, rule, text, step, debt):
        del rule, text, step, debt
        channels = family(self.proposed["channel"])
        authorised = bool(channels & AUTHORISED)
        for record in self.records:
            if record["at"] > self.at or self.person_of(record) != self.person_of(self.proposed):
                continue
            for prefix, value in (("authorised_", True), ("revoked_", False)):
                if record["outcome"].startswith(prefix) and record["outcome"].removeprefix(prefix) in channels:
                    authorised = value
        return not authorised

    def ask_precondition(self, rule, text, step, debt):
        del rule, step, debt
        missing = set(self.proposed.get("missing", ()))
        return bool(missing & set(text.get("all", ()))) or ("any" in text and missing >= set(text["any"]))

    def ask_count(self, rule, text, step, debt):
        bucket = set(text.get("bucket", text.get("channels", CHANNELS)))
        if text.get("per_family") == "true":
            bucket &= family(self.proposed["channel"])
        for limit in text.get("thresholds", [text]):
            per, n = limit.get("per"), limit.get("n", 1)
            if per == "minutes":
                since = self.at - datetime.timedelta(minutes=int(n))
                made = [one for one in self.counted(rule, text, step, debt, datetime.date.min, self.date, bucket)
                        if one["at"] > since]
            else:
                made = self.counted(rule, text, step, debt, self.window_of(per, n), self.date, bucket)
            if len(made) >= int(limit["limit"]):
                return True
        return False

    def ask_spacing(self, rule, text, step, debt):
        dates = int(text["min_date_difference"])
        return bool(self.counted(rule, text, step, debt, self.date - DAY * (dates - 1), self.date))

    def ask_exclusive_channel(self, rule, text, step, debt):
        first = self.window_of(text.get("per", "rolling_dates"), text.get("n", 1))
        own = set() if text.get("any_channel") == "true" else family(self.proposed["channel"])
        return any(one["channel"] not in own for one in self.counted(rule, text, step, debt, first, self.date))

    def ask_quiet_after(self, rule, text, step, debt):
        del step
        first = max(self.date - DAY * (int(text["n"]) - 1), date_of(text.get("count_from", rule.start)))
        channels = text.get("trigger_channels", text.get("channels", CHANNELS))
        return any(one["channel"] in channels and one.get("outcome") in text.get("trigger_outcomes", TALKS)
                   and first <= self.local(one["at"]) and one["at"] <= self.at
                   and self.same(text.get("key", "person"), one, debt) for one in self.contacts)

    def hours_on(self, rule, text, date):
        """The opening hours of a date; nothing when the day itself is barred."""
        hours = text["hours"]
        if text.get("every_day") == "true":
            return hours.get("mon", hours.get("daily"))
        if text.get("holidays") == "calendar" and self.is_holiday(rule.pack, date):
            return None
        return hours.get(WEEKDAYS[date.weekday()], hours.get("daily"))

    def is_holiday(self, pack, date):
        region = self.region or pack.region

        def keeps(place):
            if place.startswith("not "):
                return not keeps(place.removeprefix("not "))
            return place == "" or region == place or region.startswith(place + "-")

        return any(day == date and keeps(place)
                   for day, place in self.counsel.holidays.get((pack.calendar, date.year), ()))

    def ask_window(self, rule, text, step, debt):
        del step, debt
        day_fails = hour_fails = False
        for zone in self.zones if text.get("zones", "every") == "every" else self.zones[:1]:
            now = self.at.astimezone(zone)
            minute = now.hour * 60 + now.minute + now.second / 60
            if "hours" in text:
                hours = self.hours_on(rule, text, now.date())
                if not hours:
                    day_fails = True
                    continue
                inside = False
                for span in hours:
                    opens, closes = (int(part[:2]) * 60 + int(part[3:5]) for part in span.split("-"))
                    inside = inside or opens <= minute < closes or (
                        text.get("close_inclusive") == "true" and minute == closes)
                hour_fails = hour_fails or not inside
            word = text.get("closed_by_record")
            if word:
                record = self.open_since(word, self.at, "P", None)
                hour_fails = hour_fails or record is not None and named(record["window"], now, minute)
        return day_fails, hour_fails

    # The whole.

    def in_force(self, rule, text, step):
        proposed = self.proposed
        channels = text.get("core_channels") if text.get("extended") == "false" else text.get("channels", CHANNELS)
        purpose = proposed.get("purpose", "COLLECTION")
        if "purposes" in text:
            asked = purpose in text["purposes"]
        else:
            asked = step == 2 or purpose not in NOT_COLLECTION
        return (text.get("enabled") != "false" and rule.start <= self.date <= rule.until
                and proposed["channel"] in channels and asked
                and proposed.get("party", "debtor") in text.get("parties", PARTIES)
                and not (rule.fallback and self.stands_aside(rule, step)))

    def stands_aside(self, rule, step):
        return any(step in other.steps() and other.start <= self.date <= other.until
                   for pack in self.packs if pack is not rule.pack and pack.id != "HOUSE"
                   for other in pack.rules if other.kind != "exemption")

    def answer(self):
        failed = []
        for order, pack in enumerate(self.packs):
            for place, rule in enumerate(pack.rules):
                if rule.kind == "exemption":
                    continue
                text = rule.with_switches(self.switches)
                if text.get("extended") == "false":
                    text["channels"] = text["core_channels"]
                for step in sorted({4, 5} if rule.kind == "window" else {rule.step(text.get("per"))}):
                    if not self.in_force(rule, text, step):
                        continue
                    if any(not self.exempt(text, step, pack, self.proposed, debt)
                           and self.fails_at(rule, text, step, debt) for debt in self.debts):
                        ids = rule.ids["hour" if step == 5 else "day"] if rule.kind == "window" else rule.id
                        failed.append((step, order, place, ids, rule.severity))
        failed.sort(key=lambda one: one[:3])
        return ([one[3] for one in failed if one[4] != "review"], [one[3] for one in failed if one[4] == "review"])

    def fails_at(self, rule, text, step, debt):
        if rule.kind != "window":
            return self.fails(rule, text, step, debt)
        day, hour = self.ask_window(rule, text, step, debt)
        return day if step == 4 else hour

    def instants_of_change(self):
        """Every instant within 400 dates at which an answer can change, the facts being as they are."""
        found = set()
        times = {0}
        for pack in self.packs:
            for rule in pack.rules:
                text = rule.with_switches(self.switches)
                for spans in text.get("hours", {}).values():
                    for span in spans:
                        for part in span.split("-"):
                            times |= {int(part[:2]) * 3600 + int(part[3:5]) * 60,
                                      int(part[:2]) * 3600 + int(part[3:5]) * 60 + 1}
                for one in self.contacts + self.records:
                    if "lasts_hours" in text:
                        found.add(one["at"] + datetime.timedelta(hours=int(text["lasts_hours"])))
                    for limit in text.get("thresholds", ()):
                        if limit.get("per") == "minutes":
                            found.add(one["at"] + datetime.timedelta(minutes=int(limit["n"])))
        for record in self.records:
            for spans in record.get("window", {}).values():
                for span in spans:
                    times |= {int(part[:2]) * 3600 + int(part[3:5]) * 60 for part in span.split("-")}
        for zone in self.zones:
            first = self.local(self.at, zone)
            for days in range(402):
                date = first + DAY * days
                for seconds in times:
                    found |= instants_of(zone, date, seconds)
                found |= jumps_of(zone, date)
        last = self.at + DAY * 400
        return {one for one in found if one <= last}


def named(window, now, minute):
    """Whether the times that a person named hold this one: {"mon": ["08:00-12:00"]} or {"daily": [...]}."""
    for span in window.get(WEEKDAYS[now.weekday()], window.get("daily", [])):
        opens, closes = (int(part[:2]) * 60 + int(part[3:5]) for part in span.split("-"))
        if opens <= minute < closes:
            return True
    return False


@functools.lru_cache(maxsize=200_000)
def instants_of(zone, date, seconds):
    """The instants at which a wall clock shows this time: two when it occurs twice; of one that is skipped, the jump."""
    if seconds >= 86400:
        date, seconds = date + DAY, seconds - 86400
    wall = datetime.datetime.combine(date, datetime.time(seconds // 3600, seconds // 60 % 60, seconds % 60))
    return frozenset(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


@functools.lru_cache(maxsize=50_000)
def jumps_of(zone, date):
    """The instants of a date at which the zone's offset changes, to the second."""
    start = datetime.datetime.combine(date, datetime.time(), UTC)
    found = set()
    for hour in range(24):
        low, high = start + SECOND * 3600 * hour, start + SECOND * 3600 * (hour + 1)
        if offset(zone, low) == offset(zone, high):
            continue
        while high - low > SECOND:
            middle = low + SECOND * (int((high - low).total_seconds()) // 2)
            low, high = (middle, high) if offset(zone, middle) == offset(zone, low) else (low, middle)
        found.add(high)
    return frozenset(found)


def offset(zone, instant):
    return instant.astimezone(zone).utcoffset()
