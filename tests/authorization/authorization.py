"""Asks every method of every service, in every role, about a case in the role's scope and about one outside it.

The methods come from the descriptors of the services; who gets an answer stands in who_may_call_what.txt. Then what a
table cannot say: two people, masking, what ends when a role or grant ends, and that looking leaves a trace.
"""

import importlib
import itertools
import pathlib
import sys

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
import harness
from harness import CALL_SECONDS, TENANT, expect

PARENT = f"tenants/{TENANT}"
PHONE = "+56987654321"
TABLE = pathlib.Path(__file__).with_name("who_may_call_what.txt")
# Follows the log without end: what it has not told by then it does not tell.
WATCH_SECONDS = 1
# A fact of the desk of each role that has one.
FAMILIES = {"FINANCE": "MONEY", "LEGAL": "LEGAL", "COMPLIANCE": "RIGHTS"}
# A transition that each role may ask for.
TRANSITIONS = {"AGENT": "T02", "SUPERVISOR": "T02", "FINANCE": "T04", "COMPLIANCE": "T10"}

PEOPLE = ["AGENT", "SUPERVISOR", "COMPLIANCE", "LEGAL", "FINANCE", "RECORDS_MANAGER", "AUDITOR_INTERNAL", "CREDITOR_VIEWER",
          "OPERATOR", "ADMIN", "DESIGNATED_OFFICER"]
# NONE has a certificate and no role.
ROLES = PEOPLE + ["REGULATOR", "INTEGRATOR", "NONE"]


class Case:
    """A case of the story: what is told of it, and by whom."""

    def __init__(self, name, source, creditor, team, agent, stage):
        self.name, self.source, self.creditor = name, source, creditor
        self.team, self.agent, self.stage = team, agent, stage
        self.id, self.person = f"C-{name}", f"P-{name}"
        self.note = ""  # event id
        self.permit = ""


class Story:
    def __init__(self, protos, ledger):
        self.protos, self.ledger = protos, ledger
        self.numbers = itertools.count()
        self.channels = {}
        load = importlib.import_module
        self.access = load("constancia.v1.access_service_pb2")
        self.events = load("constancia.v1.event_service_pb2")
        self.event_types = {name: load(f"constancia.event.v1.{name}_pb2")
                            for name in ("access", "case", "contact", "money", "legal", "rights")}
        self.services = {}
        for path in sorted((pathlib.Path(protos.stubs) / "constancia/v1").glob("*_pb2.py")):
            for service in load(f"constancia.v1.{path.stem}").DESCRIPTOR.services_by_name.values():
                for method in service.methods:
                    self.services[method.name] = (service, method)

    def request_id(self):
        return f"r-{next(self.numbers)}"

    def channel(self, caller):
        if caller not in self.channels:
            self.channels[caller] = self.ledger.channel(caller)
        return self.channels[caller]

    def message(self, descriptor):
        module = importlib.import_module(descriptor.file.name.removesuffix(".proto").replace("/", ".") + "_pb2")
        return getattr(module, descriptor.name)

    def call(self, caller, name, request, seconds=CALL_SECONDS):
        """The answers, and the reason of the failure: "" when there is none."""
        service, method = self.services[name]
        request_type, answer_type = self.message(method.input_type), self.message(method.output_type)
        path = f"/{service.full_name}/{name}"
        channel = self.channel(caller)
        shape = (channel.stream_stream if name == "StreamAppend" else
                 channel.unary_stream if streams_answers(name) else channel.unary_unary)
        ask = shape(path, request_serializer=request_type.SerializeToString, response_deserializer=answer_type.FromString)
        answers = []
        try:
            if name == "StreamAppend":
                answers = list(ask(iter([request]), timeout=seconds))
            elif streams_answers(name):
                for answer in ask(request, timeout=seconds):
                    answers.append(answer)
            else:
                answers.append(ask(request, timeout=seconds))
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.DEADLINE_EXCEEDED:
                return answers, ""
            return answers, reason_of(self.protos, error) or error.code().name
        for answer in answers:
            if name == "StreamAppend" and answer.HasField("error"):
                return answers, reason_in(self.protos, answer.error)
        return answers, ""

    def must(self, by, name, **fields):
        """The answer of a call that succeeds."""
        request = self.message(self.services[name][1].input_type)(parent=PARENT, **fields)
        if "request_id" in request.DESCRIPTOR.fields_by_name:
            request.request_id = self.request_id()
        answers, reason = self.call(by, name, request)
        expect(reason == "", f"{name} as {by}: {reason}")
        return answers[0]

    def refused(self, reason, by, name, **fields):
        request = self.message(self.services[name][1].input_type)(parent=PARENT, **fields)
        if "request_id" in request.DESCRIPTOR.fields_by_name:
            request.request_id = self.request_id()
        told = self.call(by, name, request)[1]
        expect(told == reason, f"{name} as {by}: {told or 'an answer'}, not {reason}")

    def draft(self, request, payload, case, caller):
        draft = request.events.add(zone="America/Santiago", streams=[f"case/{case.id}", f"debtor/{case.person}"])
        draft.payload.Pack(payload)
        draft.occurred_at.FromJsonString("2026-01-09T12:00:00Z")
        self.set_actor(draft.actor, caller)

    def set_actor(self, actor, caller):
        header = self.protos.header
        actor.kind = header.SYSTEM if caller.endswith("-source") else header.PERSON
        actor.id = caller

    def append(self, caller, payload, case):
        request = self.events.AppendEventsRequest(parent=PARENT, request_id=self.request_id())
        self.draft(request, payload, case, caller)
        answers, reason = self.call(caller, "AppendEvents", request)
        expect(reason == "", f"{payload.DESCRIPTOR.name}: {reason}")
        return answers[0].receipts[0].event_id

    def tell(self, case):
        """Puts the case into the ledger."""
        types = self.event_types["case"]
        common = self.protos.common
        self.append(case.source, types.CaseOpened(case_id=case.id, party_id=case.person, creditor_id=case.creditor,
                                                  stage=getattr(common, case.stage), zone="America/Santiago",
                                                  obligation_ids=[f"O-{case.name}"], regimes=["CL"]), case)
        self.append(case.source, types.CaseAssigned(case_id=case.id, agent_id=case.agent, team_id=case.team), case)
        contacts = self.event_types["contact"]
        case.note = self.append(case.source, contacts.ContactAttempted(
            channel=common.CHANNEL_VOICE_CALL, case_id=case.id, party_id=case.person, address=PHONE), case)
        # A letter may be sent at any hour.
        request = self.message(self.services["ReserveContact"][1].input_type)(parent=PARENT, request_id=self.request_id())
        request.contact.case_id, request.contact.channel = case.id, common.CHANNEL_LETTER_POSTAL
        self.set_actor(request.actor, case.source)
        answers, reason = self.call(case.source, "ReserveContact", request)
        expect(reason == "" and answers[0].permit_id, f"a letter is not allowed: {reason or answers[0].verdict.rule}")
        case.permit = answers[0].permit_id

    def request_for(self, name, role, caller, case):
        """A request about the case, as far as its fields say one."""
        request = self.message(self.services[name][1].input_type)()
        fields = request.DESCRIPTOR.fields_by_name
        for field, value in {"parent": PARENT, "request_id": self.request_id(), "case_id": case.id, "party_id": case.person,
                             "stream": f"case/{case.id}", "event_id": case.note, "purpose": "audit", "page_size": 1000,
                             "permit_id": "01890000-0000-7000-8000-000000000000",
                             "legal_basis": "LAW", "recipient": "authority", "query": case.id}.items():
            if field in fields and fields[field].label != fields[field].LABEL_REPEATED:
                if name == "GetContactLedger" and field == "party_id":
                    continue
                setattr(request, field, value)
        common = self.protos.common
        if "actor" in fields:
            self.set_actor(request.actor, caller)
        if name in ("CheckContact", "ReserveContact"):
            request.contact.case_id, request.contact.party_id = case.id, case.person
            request.contact.channel = common.CHANNEL_VOICE_CALL
        if name == "BatchCheckContacts":
            request.contacts.add(case_id=case.id, party_id=case.person, channel=common.CHANNEL_VOICE_CALL)
        if name == "CompleteContact":
            request.attempt_id = case.note
            request.completion.reach = common.REACH_NO_ANSWER
        if name == "CancelPermit":
            request.permit_id = case.permit
            request.reason = "changed"
        if name in ("AppendEvents", "StreamAppend"):
            payload = {"MONEY": self.event_types["money"].PaymentConfirmed,
                       "LEGAL": self.event_types["legal"].LawFirmAssigned,
                       "RIGHTS": self.event_types["rights"].ComplaintReceived}.get(
                           FAMILIES.get(role), self.event_types["contact"].ContactAttempted)(case_id=case.id)
            self.draft(request, payload, case, caller)
        if name == "EvaluateTransition":
            request.transition_id = TRANSITIONS.get(role, "T03")
        if name == "TransitionCase":
            request.transition.parent, request.transition.case_id = PARENT, case.id
            request.transition.transition_id = TRANSITIONS.get(role, "T03")
            request.transition.closing.reason = common.CLOSING_REASON_WRONG_PARTY
        if name in ("SuspendCase", "ResumeCase"):
            request.reason = common.SUSPENSION_REASON_COURT_ORDER
        if name == "AddNote":
            request.text = "Llamará el lunes"
        if name == "AssignCase":
            request.agent_id, request.team_id = case.agent, case.team
        if name == "CreateExport":
            request.kind = 1
        return request

    def sees(self, name, role, caller, case):
        """Whether the method tells the caller anything of the case."""
        request = self.request_for(name, role, caller, case)
        seconds = WATCH_SECONDS if name == "WatchEvents" else CALL_SECONDS
        answers, reason = self.call(caller, name, request, seconds)
        if reason in ("SCOPE_NOT_GRANTED", "CALLER_UNKNOWN", "UNIMPLEMENTED"):
            return False
        if name == "ListEvents":
            return bool(answers) and any(event.event_id == case.note for event in answers[0].events)
        if name == "WatchEvents":
            return any(answer.event.event_id == case.note for answer in answers)
        if name == "ListCases":
            return bool(answers) and any(found.file.case_id == case.id for found in answers[0].cases)
        if name == "SearchCases":
            return bool(answers) and any(found.case_id == case.id for found in answers[0].cases)
        return True


def streams_answers(name):
    return name in ("StreamAppend", "WatchEvents", "GetAuditFeed", "DownloadExport", "BatchCheckContacts")


def reason_in(protos, status):
    info = protos.error_info.ErrorInfo()
    for detail in status.details:
        if detail.Unpack(info):
            return info.reason
    return str(status.code)


def reason_of(protos, error):
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            return reason_in(protos, protos.status.Status.FromString(value))
    return ""


def caller_of(role):
    return "sample-source" if role == "INTEGRATOR" else f"the-{role.lower().replace('_', '-')}"


def read_table():
    """Method to (scope, roles, roles of any case)."""
    table = {}
    for line in TABLE.read_text().splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        expect(words[0] not in table, f"{words[0]} has two lines")
        expect(words[1] in ("case", "ledger"), line)
        roles = set(ROLES) if words[2:] == ["EVERYBODY"] else {word.rstrip("*") for word in words[2:]}
        expect(roles <= set(ROLES), f"{words[0]}: {roles - set(ROLES)}")
        table[words[0]] = (words[1], roles, {word.rstrip("*") for word in words[2:] if word.endswith("*")})
    return table


def hire(story):
    """Everybody gets a certificate and his role, the way the company does it."""
    ledger = story.ledger

    def certificate(caller):
        ledger.run("access", "certificate", caller, "--ledger", str(ledger.folder))

    for caller in ("person/admin-1", "person/admin-2", "person/chief-1", "person/chief-2", "source/other-source",
                   "person/the-regulator", "person/the-none"):
        certificate(caller)
    for role in PEOPLE:
        name = f"person/{caller_of(role)}"
        certificate(name)
        story.refused("NOT_FOUND", "admin-1", "GrantRole", caller=name, role=role, scope=["creditor/B-1"])
        story.must("admin-1", "RegisterCaller", caller=name)
        scope = {"AGENT": [], "LEGAL": [], "SUPERVISOR": ["team/T-1"]}.get(role, ["creditor/B-1"])
        change = story.must("admin-1", "GrantRole", caller=name, role=role, scope=scope)
        two = role in ("COMPLIANCE", "LEGAL", "RECORDS_MANAGER")
        expect(change.state == (story.access.AccessChange.PROPOSED if two else story.access.AccessChange.DONE), role)
        if two:
            story.refused("SECOND_PERSON_REQUIRED", "admin-1", "GrantRole", approves=change.event_id)
            story.must("admin-2", "GrantRole", approves=change.event_id)
            story.refused("NOT_FOUND", "admin-2", "GrantRole", approves=change.event_id)


def let_in(story, case):
    """The regulator is let in to the case, by two people. Returns the grant."""
    fields = {"grantee": "person/the-regulator", "streams": [f"case/{case.id}"], "purpose": "complaint",
              "legal_basis": "LAW-19496", "masking": story.event_types["access"].MASKING_TOKEN}
    request = story.access.IssueGrantRequest(parent=PARENT, request_id=story.request_id(), grantee_name="Ana Soto", **fields)
    told = story.call("chief-1", "IssueGrant", request)[1]
    expect(told == "SCHEMA_INVALID", f"a grant without an end: {told}")
    request.to_time.FromJsonString("2999-01-01T00:00:00Z")
    answers, told = story.call("chief-1", "IssueGrant", request)
    expect(told == "", told)
    again = story.call("chief-1", "IssueGrant", request)[0]
    expect(again[0].event_id == answers[0].event_id, "a repeated request proposes twice")
    story.refused("SECOND_PERSON_REQUIRED", "chief-1", "IssueGrant", approves=answers[0].event_id)
    return story.must("chief-2", "IssueGrant", approves=answers[0].event_id).grant_id


def check_table(story, inside, outside):
    table = read_table()
    faults = [f"{name}: no line in {TABLE.name}" for name in story.services if name not in table]
    answers = 0
    for name in story.services:
        scope, roles, anywhere = table.get(name, ("ledger", set(), set()))
        for role in ROLES:
            for case, wanted in ((inside, role in roles), (outside, role in (anywhere if scope == "case" else roles))):
                if scope == "ledger" and case is outside:
                    continue
                answers += 1
                if story.sees(name, role, caller_of(role), case) != wanted:
                    where = "in scope" if case is inside else "out of scope"
                    faults.append(f"{name} as {role} {where}: " + ("refused, not answered" if wanted else "answered, not refused"))
    expect(not faults, "\n" + "\n".join(faults))
    print(f"{len(story.services)} methods, {len(ROLES)} roles, {answers} answers")


def check_masking(story, case):
    """What is opened is shown as the reader may see it, and that he looked is on record."""
    events = importlib.import_module("constancia.v1.event_pb2")
    for caller, personal, shown in (("the-compliance", events.PERSONAL_PART_OPENED, lambda text: text == PHONE),
                                    ("the-creditor-viewer", events.PERSONAL_PART_MASKED, lambda text: text == "********4321"),
                                    ("the-regulator", events.PERSONAL_PART_MASKED, lambda text: len(text) == 16)):
        event = story.must(caller, "GetEvent", event_id=case.note, open_personal=True, purpose="audit")
        attempt = story.event_types["contact"].ContactAttempted()
        event.payload.Unpack(attempt)
        expect(event.personal == personal and shown(attempt.address), f"{caller} is shown {attempt.address!r}")
        expect((event.salt != b"") == (personal == events.PERSONAL_PART_OPENED), "a masked part has no salt")
    viewers = {}
    log = story.must("the-compliance", "ListAccessLog", case_id=case.id, page_size=1000)
    for event in log.events:
        viewed = story.event_types["access"].RecordViewed()
        if event.payload.Unpack(viewed):
            viewers.setdefault(viewed.viewer_id, []).append(viewed)
    types = story.event_types["access"]
    for caller, masking in (("the-compliance", types.MASKING_FULL), ("the-creditor-viewer", types.MASKING_PARTIAL),
                            ("the-regulator", types.MASKING_TOKEN)):
        expect(any(one.masking == masking and one.events == 1 for one in viewers.get(caller, [])),
               f"nothing says that {caller} looked")
    expect(all(one.grant_id for one in viewers["the-regulator"]), "a regulator looks under a grant")
    # Public parts under a grant are on record as well.
    expect(any(one.events == 0 for one in viewers["the-regulator"]), "the regulator's other views are not on record")


def check_searches(story):
    """Searching by a national id takes a purpose and is put on record without the id."""
    stream = "identifier/CL.RUT.123456785"
    story.refused("PURPOSE_REQUIRED", "the-compliance", "ListEvents", stream=stream)
    story.refused("PURPOSE_REQUIRED", "the-compliance", "WatchEvents", stream=stream)
    story.must("the-compliance", "ListEvents", stream=stream, purpose="complaint")
    log = story.must("the-auditor-internal", "ListAccessLog", page_size=1000)
    searches = [event for event in log.events if event.payload.Is(story.event_types["access"].SearchPerformed.DESCRIPTOR)]
    expect(len(searches) == 1 and b"123456785" not in searches[0].leaf, f"{len(searches)} searches on record")


def check_ends(story, case, grant_id):
    """What was given ends with the answer that says so, and a watcher is cut off."""
    story.refused("SECOND_PERSON_REQUIRED", "admin-1", "GrantRole", caller="person/admin-1", role="AGENT")
    story.refused("NOT_FOUND", "admin-2", "RevokeRole", caller="person/admin-1", role="ADMIN")
    expect(story.sees("GetCase", "AGENT", "the-agent", case), "the agent sees his case")
    story.must("the-supervisor", "AssignCase", case_id=case.id, agent_id="another", team_id=case.team,
               actor=story.protos.header.Actor(kind=story.protos.header.PERSON, id="the-supervisor"))
    expect(not story.sees("GetCase", "AGENT", "the-agent", case), "an agent sees a case that was taken from him")
    story.must("admin-1", "RevokeRole", caller="person/the-finance", role="FINANCE", reason="left")
    expect(not story.sees("GetCase", "FINANCE", "the-finance", case), "a role goes on after its end")
    expect(story.sees("GetCase", "REGULATOR", "the-regulator", case), "the regulator sees what was granted")
    story.must("the-compliance", "RevokeGrant", grant_id=grant_id, reason="answered")
    expect(not story.sees("GetCase", "REGULATOR", "the-regulator", case), "a grant goes on after its end")
    states = [grant.state for grant in story.must("the-compliance", "ListGrants").grants]
    expect(states == [story.access.Grant.REVOKED], str(states))


def main():
    arguments = harness.arguments(__doc__)
    with harness.scratch() as folder:
        protos = harness.Protos(folder, arguments.source, arguments.googleapis)
        with harness.Ledger(arguments.constancia, folder) as ledger:
            with open(ledger.folder / "constancia.toml", "a") as settings:
                settings.write('\n[roles.person]\nadmin-1 = "ADMIN"\nadmin-2 = "ADMIN"\n'
                               'chief-1 = "COMPLIANCE"\nchief-2 = "COMPLIANCE"\n')
            ledger.start()
            story = Story(protos, ledger)
            hire(story)
            inside = Case("IN", "sample-source", "B-1", "T-1", "the-agent", "STAGE_PRELEGAL")
            outside = Case("OUT", "other-source", "B-2", "T-2", "somebody", "STAGE_PERSUASIVE")
            for case in (inside, outside):
                story.tell(case)
            grant_id = let_in(story, inside)
            check_table(story, inside, outside)
            check_masking(story, inside)
            check_searches(story)
            check_ends(story, inside, grant_id)
            # All of it is in the log: a restart changes nothing.
            ledger.stop()
            ledger.start()
            story.channels.clear()
            expect(not story.sees("GetCase", "REGULATOR", "the-regulator", inside), "a restart gives a grant back")
            expect(story.sees("GetCase", "SUPERVISOR", "the-supervisor", inside), "a restart takes a role away")
            ledger.stop()


main()
