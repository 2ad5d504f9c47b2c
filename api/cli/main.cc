// The grammar of the program: which command takes what. The only file that includes CLI11, which
// takes seconds to compile; what a command does stands in the source of its noun.

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "api/cli/access_command.h"
#include "api/cli/bench_command.h"
#include "api/cli/case_command.h"
#include "api/cli/case_transition_command.h"
#include "api/cli/command.h"
#include "api/cli/completion.h"
#include "api/cli/contact_command.h"
#include "api/cli/events_command.h"
#include "api/cli/export_command.h"
#include "api/cli/import_command.h"
#include "api/cli/ledger_command.h"
#include "api/cli/policy_command.h"
#include "api/cli/progress.h"
#include "api/cli/proof_command.h"
#include "api/cli/sandbox_command.h"
#include "core/base/status.h"
#include "core/crypto/system_random.h"

namespace constancia::api {
namespace {

// The language of the reader's locale where it is one of ours; Spanish for any other.
std::string LanguageOfEnvironment() {
  for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* locale = std::getenv(variable);
    if (locale == nullptr || *locale == '\0') continue;
    const std::string language = std::string(locale).substr(0, 2);
    return language == "pt" || language == "en" ? language : "es";
  }
  return "es";
}

constexpr char kSampleSource[] = "sample-source";

// Everything that can be asked for. What was asked for is in `run`.
class Program {
 public:
  Program() : app_("Constancia: a ledger of debt collection that proves itself.", "constancia") {
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.set_help_all_flag("--help-all", "Show the help of all commands");
    app_.set_version_flag("--version", std::string(CONSTANCIA_VERSION));
    app_.set_config("--config", "", "A file of options: name = value lines")
        ->envname("CONSTANCIA_CONFIG");
    app_.footer(
        "Data goes to standard output, words to standard error. Exit codes: 0 ok, 1 failure, "
        "2 usage, 3 not found, 4 permission, 5 conflict, 6 denied by a rule, 7 not proven.");
    AddConnection();
    AddServer();
    AddEvents();
    AddProof();
    AddLedger();
    AddImport();
    AddSandbox();
    AddBench();
    AddContact();
    AddCase();
    AddAccess();
    AddExport();
    AddPolicy();
    AddCompletion();
  }

  int Run(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      const bool asked = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
      // A word that is no command is only told as a command that is missing.
      const std::vector<std::string> rest = app_.remaining(true);
      if (!asked && !rest.empty()) {
        std::cerr << "constancia: \"" << rest.front() << "\" is not understood here\n";
      }
      app_.exit(error, std::cout, std::cerr);
      return static_cast<int>(asked ? ExitCode::kOk : ExitCode::kUsage);
    }
    context_.terminal = StderrIsTerminal();
    context_.in = &std::cin;
    context_.out = &std::cout;
    context_.err = &std::cerr;
    context_.clock = &clock_;
    context_.random = &random_;
    if (context_.client.as.empty()) context_.client.as = default_as_;

    const Outcome outcome = run_(context_);
    if (outcome.ok()) return static_cast<int>(*outcome);
    Tell(outcome.status());
    return static_cast<int>(ExitCodeOf(outcome.status()));
  }

 private:
  static void Tell(const absl::Status& status) {
    std::cerr << "constancia: " << ToStd(status.message());
    if (status.message().empty()) std::cerr << absl::StatusCodeToString(status.code());
    const std::string field = FieldOf(status);
    if (!field.empty()) std::cerr << " (" << field << ")";
    const auto reason = ReasonOf(status);
    if (reason.has_value()) std::cerr << " [" << error::v1::Reason_Name(*reason) << "]";
    std::cerr << "\n";
    const auto detail = DetailOf(status);
    if (!detail.has_value()) return;
    for (const auto& variable : detail->variables()) {
      std::cerr << "  " << variable.name() << ": " << variable.value() << "\n";
    }
  }

  CLI::App* Noun(const std::string& name, const std::string& what) {
    CLI::App* noun = app_.add_subcommand(name, what);
    noun->require_subcommand(1);
    noun->fallthrough();
    return noun;
  }

  // Adds a command that does `run`.
  CLI::App* Verb(CLI::App* noun, const std::string& name, const std::string& what,
                 std::function<Outcome(const CommandContext&)> run,
                 const std::string& default_as = "operator") {
    CLI::App* verb = noun->add_subcommand(name, what);
    verb->fallthrough();
    verb->callback([this, run = std::move(run), default_as] {
      run_ = run;
      default_as_ = default_as;
    });
    return verb;
  }

  void AddConnection() {
    ClientSettings& client = context_.client;
    client.as.clear();
    const auto add = [&](const char* flag, std::string& value, const char* variable,
                         const char* what) {
      app_.add_option(flag, value, what)->envname(variable)->group("Connection");
    };
    add("--ledger", client.ledger, "CONSTANCIA_LEDGER",
        "A ledger's folder: address and certificates are found there");
    add("--as", client.as, "CONSTANCIA_AS",
        "Whose certificate of that folder to use: operator, or sample-source where events are "
        "appended");
    add("--server", client.server, "CONSTANCIA_SERVER", "Address of the server, host:port");
    add("--ca", client.ca, "CONSTANCIA_CA", "Certificates to trust, PEM");
    add("--cert", client.cert, "CONSTANCIA_CERT", "Certificate to call with, PEM");
    add("--key", client.key, "CONSTANCIA_KEY", "Its private key, PEM");
    const std::map<std::string, Format> formats = {{"table", Format::kTable},
                                                   {"json", Format::kJson},
                                                   {"jsonl", Format::kJsonl},
                                                   {"csv", Format::kCsv}};
    app_.add_option("-o,--output", context_.format, "How results are written")
        ->transform(CLI::CheckedTransformer(formats))
        ->option_text("table|json|jsonl|csv")
        ->envname("CONSTANCIA_OUTPUT");
  }

  void AddServer() {
    CLI::App* init = Verb(&app_, "init", "Make a ledger's folder with its keys and certificates",
                          [this](const CommandContext& c) { return Init(c, init_); });
    init->add_option("folder", init_.folder, "The folder; it must be empty or not exist")
        ->required();
    init->add_option("--origin", init_.origin,
                     "The log's unique name, as in agency.example/constancia/ledger-1")
        ->required();
    init->add_option("--tenant", init_.tenant, "Whose ledger it is: an id")->required();
    init->add_option("--operator", init_.operator_id, "Id of the first operator");
    init->add_option("--host", init_.hosts,
                     "Further names and addresses under which the server is reached");

    CLI::App* serve = Verb(&app_, "serve", "Run a ledger until it is told to stop",
                           [this](const CommandContext& c) { return Serve(c, serve_); });
    serve->add_option("folder", serve_.folder, "A ledger's folder")->required();
    const auto setting = [&](const char* flag, const char* key, const char* what) {
      serve->add_option_function<std::string>(
          flag, [this, key](const std::string& value) { serve_.flags.emplace_back(key, value); },
          what);
    };
    setting("--grpc", "grpc_address", "Address for gRPC, host:port; port 0 takes a free one");
    setting("--http", "http_address", "Address for HTTP, host:port; port 0 takes a free one");
    setting("--packs", "packs", "Folder of policy packs; those beside the program when absent");
    setting("--switch", "switches",
            "How points that a law leaves open are read, as in cl.week=calendar_week");
  }

  void AddFilter(CLI::App* verb, EventsFilter& filter) {
    verb->add_option("--stream", filter.stream, "One stream, as in case/C-17");
    verb->add_option("--type", filter.types, "Only these types, as in PaymentConfirmed");
  }

  void AddOpening(CLI::App* verb, bool& open_personal, std::string& purpose) {
    CLI::Option* why =
        verb->add_option("--purpose", purpose, "Why personal parts are opened: a code");
    verb->add_flag("--open-personal", open_personal,
                   "Open personal parts; it is recorded that you did")
        ->needs(why);
  }

  void AddEvents() {
    CLI::App* noun = Noun("events", "Record what happened, and read it back");
    CLI::App* append = Verb(
        noun, "append", "Append drafts in protobuf JSON, each value one append",
        [this](const CommandContext& c) { return EventsAppend(c, events_append_); }, kSampleSource);
    append->add_option("file", events_append_.file, "The file; - is standard input");
    append->add_option("--request-id", events_append_.request_id,
                       "The append's own id: repeated, it appends nothing");
    append->add_flag("--wait-published", events_append_.wait_published,
                     "Answer once a checkpoint covers the events");

    CLI::App* list = Verb(noun, "list", "List events by rising position",
                          [this](const CommandContext& c) { return EventsList(c, events_list_); });
    AddFilter(list, events_list_.filter);
    CLI::Option* from = list->add_option("--from", events_list_.from, "First position");
    list->add_option("-n,--limit", events_list_.limit, "How many; 0 is all")->capture_default_str();
    AddOpening(list, events_list_.open_personal, events_list_.purpose);
    list->get_option("--open-personal")->excludes(from);

    CLI::App* get = Verb(noun, "get", "Show one event",
                         [this](const CommandContext& c) { return EventsGet(c, events_get_); });
    get->add_option("event", events_get_.which, "Its id or its position")->required();
    AddOpening(get, events_get_.open_personal, events_get_.purpose);

    CLI::App* tail = Verb(noun, "tail", "Follow the log",
                          [this](const CommandContext& c) { return EventsTail(c, events_tail_); });
    AddFilter(tail, events_tail_.filter);
    tail->add_option("--from", events_tail_.from, "First position; the end of the log if absent");
  }

  void AddProof() {
    CLI::App* noun = Noun("proof", "Take proofs, and check them");
    CLI::App* get = Verb(noun, "get", "Write a proof to a file",
                         [this](const CommandContext& c) { return ProofGet(c, proof_get_); });
    const std::map<std::string, ProofKind> kinds = {{"inclusion", ProofKind::kInclusion},
                                                    {"completeness", ProofKind::kCompleteness},
                                                    {"seal", ProofKind::kSeal}};
    get->add_option("event,--position", proof_get_.event, "The event's id or position");
    get->add_option("--kind", proof_get_.kind, "What is proven")
        ->transform(CLI::CheckedTransformer(kinds))
        ->option_text("inclusion|completeness|seal");
    get->add_option("--stream", proof_get_.stream, "The stream whose completeness is proven");
    get->add_option("-O,--out", proof_get_.out, "The file; - is standard output");
    get->add_option("--leaf", proof_get_.leaf_out, "Write the event's leaf to this file as well");

    CLI::App* verify =
        Verb(noun, "verify", "Check a proof against whom you trust",
             [this](const CommandContext& c) { return ProofVerify(c, proof_verify_); });
    verify->add_option("file", proof_verify_.file, "The proof")->required();
    verify
        ->add_option("--policy", proof_verify_.policy,
                     "Whom you trust: the ledger's policy.txt, got by a way you trust")
        ->required();
    verify->add_option("--leaf", proof_verify_.leaf, "The event's leaf");
    verify->add_option("--events", proof_verify_.events,
                       "The stream's events: events list --stream S -n 0 -o jsonl");
  }

  void AddLedger() {
    CLI::App* noun = Noun("ledger", "A ledger as a whole");
    CLI::App* verify =
        Verb(noun, "verify", "Recompute everything in the folder of a ledger that nobody serves",
             [this](const CommandContext& c) { return LedgerVerify(c, ledger_verify_); });
    verify->add_option("folder", ledger_verify_.folder, "A ledger's folder")->required();
    verify->add_flag("--audit", ledger_verify_.audit, "Every map root, not the last one only");
    verify->add_flag("--seals", ledger_verify_.seals, "The signature of every commit group");
    Verb(noun, "checkpoint", "Show the latest signed checkpoint", LedgerCheckpoint);
    CLI::App* cosign =
        Verb(noun, "cosign", "Add what witnesses signed to a checkpoint",
             [this](const CommandContext& c) { return LedgerCosign(c, ledger_cosign_); });
    cosign->add_option("file", ledger_cosign_.file,
                       "Signature lines, or the cosigned checkpoint; - is the input");
    cosign->add_option("--size", ledger_cosign_.size,
                       "The checkpoint that lines alone belong to; the latest if absent");
    Verb(noun, "stats", "Show how far the ledger reaches", LedgerStats);
    CLI::App* publish =
        Verb(noun, "publish", "Write the log of a ledger that nobody serves as static files",
             [this](const CommandContext& c) { return LedgerPublish(c, ledger_publish_); });
    publish->add_option("folder", ledger_publish_.folder, "A ledger's folder")->required();
    publish->add_option("out", ledger_publish_.out, "Where the files go")->required();
  }

  void AddImport() {
    CLI::App* noun = Noun("import", "Bring in what other systems recorded");
    CLI::App* csv = Verb(
        noun, "csv", "Append the rows of a CSV file as a mapping says, each once",
        [this](const CommandContext& c) { return ImportCsv(c, import_); }, kSampleSource);
    csv->add_option("file", import_.file, "The CSV file")->required();
    csv->add_option("--mapping", import_.mapping, "How rows become events, YAML")->required();
    csv->add_option("--rejects", import_.rejects,
                    "Where refused rows go; FILE.rejects.csv if absent");
    csv->add_flag("--allow-rejects", import_.allow_rejects, "Exit 0 also when rows were refused");
    csv->add_flag("--dry-run", import_.dry_run, "Map every row and send none");
  }

  void AddSandbox() {
    CLI::App* noun = Noun("sandbox", "Made-up data to try things on");
    CLI::App* seed = Verb(
        noun, "seed", "Append a portfolio of debts in Chile, Colombia and Mexico",
        [this](const CommandContext& c) { return SandboxSeed(c, sandbox_); }, kSampleSource);
    seed->add_option("--seed", sandbox_.seed, "The same seed gives the same portfolio")
        ->capture_default_str();
    seed->add_option("--size", sandbox_.debtors, "Number of debtors, or small")
        ->transform(CLI::Transformer(
            std::map<std::string, std::string>{{"small", std::to_string(kSandboxDebtorsSmall)}}));
    seed->add_option_function<std::string>(
        "--as-of",
        [this](const std::string& text) {
          const auto date = CivilDate::Parse(text);
          if (!date.ok()) throw CLI::ValidationError("--as-of", "a date is written YYYY-MM-DD");
          sandbox_.as_of = *date;
        },
        "The day before which everything happened, YYYY-MM-DD");
  }

  void AddBench() {
    CLI::App* noun = Noun("bench", "Put a simple load on a server");
    const auto add = [&](const char* name, BenchLoad load, const char* what) {
      CLI::App* verb = Verb(
          noun, name, what,
          [this, load](const CommandContext& c) {
            bench_.load = load;
            return Bench(c, bench_);
          },
          kSampleSource);
      verb->add_option("-c,--callers", bench_.callers, "Callers at once")
          ->check(CLI::Range(1, 1024))
          ->capture_default_str();
      verb->add_option("--seconds", bench_.seconds, "How long")
          ->check(CLI::Range(1, 3600))
          ->capture_default_str();
      return verb;
    };
    CLI::App* append = add("append", BenchLoad::kAppend, "One event a call");
    CLI::App* stream = add("stream", BenchLoad::kStream, "One event an item of a stream");
    add("read", BenchLoad::kRead, "One page of 100 events a call");
    for (CLI::App* verb : {append, stream}) {
      verb->add_option("--payload-bytes", bench_.payload_bytes, "Size of the personal part")
          ->check(CLI::Range(1, 200'000))
          ->capture_default_str();
    }
    stream->add_option("--window", bench_.window, "Items that wait for their answers")
        ->check(CLI::Range(1, 65'536))
        ->capture_default_str();
  }

  void AddIntendedContact(CLI::App* verb) {
    verb->add_option("--case", contact_.case_id, "The case")->required();
    verb->add_option("--channel", contact_.channel, "voice_call, sms, whatsapp, email, visit, …")
        ->required();
    verb->add_option("--party", contact_.party_id, "The person; the case's debtor if absent");
    verb->add_option("--place", contact_.place, "personal, work or other");
    verb->add_option("--purpose", contact_.purpose, "collection if absent");
    verb->add_option("--contact-point", contact_.contact_point_id, "The number or address, by id");
    verb->add_option("--zone", contact_.zones, "Zones the person may be in, likeliest first");
    verb->add_option("--agent", contact_.agent_id, "Who would do it");
    verb->add_flag("--prerecorded", contact_.prerecorded, "A recorded voice");
  }

  void AddContact() {
    CLI::App* noun = Noun("contact", "May this person be contacted?");
    CLI::App* check =
        Verb(noun, "check", "Advise; changes nothing",
             [this](const CommandContext& c) { return ContactCheck(c, contact_, contact_at_); });
    AddIntendedContact(check);
    check->add_option("--at", contact_at_, "When it would begin, RFC 3339; now if absent");
    CLI::App* reserve =
        Verb(noun, "reserve", "Decide, and take a permit",
             [this](const CommandContext& c) { return ContactReserve(c, contact_, reserve_); });
    AddIntendedContact(reserve);
    reserve->add_option("--seconds", reserve_.permit_seconds,
                        "How long the permit lives, 1 to 900");
    reserve->add_option("--request-id", reserve_.request_id, "Repeated, it gets the same decision");
    CLI::App* complete =
        Verb(noun, "complete", "Record the contact made under a permit, and how it ended",
             [this](const CommandContext& c) { return ContactComplete(c, complete_); });
    complete->add_option("--permit", complete_.permit_id, "The permit it was made under");
    complete->add_option("--attempt", complete_.attempt_id, "A contact that is recorded already");
    complete->add_option("--started-at", complete_.started_at,
                         "When it began, RFC 3339; now if absent. With --permit");
    complete->add_option("--reach", complete_.reach, "right_party, no_answer, voicemail, sent, …");
    complete->add_option("--result", complete_.result, "promise, refuses, callback, …");
    complete->add_option("--seconds", complete_.seconds, "How long it lasted");
    complete->add_option("--request-id", complete_.request_id, "Repeated, it records nothing more");
    CLI::App* cancel = Verb(noun, "cancel", "Give a permit back",
                            [this](const CommandContext& c) { return ContactCancel(c, cancel_); });
    cancel->add_option("--permit", cancel_.permit_id, "The permit")->required();
    cancel->add_option("--reason", cancel_.reason, "A code: line_busy, agent_gone, …");
    cancel->add_option("--request-id", cancel_.request_id, "Repeated, it gets the same answer");
    CLI::App* permits =
        Verb(noun, "permits", "List the permits of a person", [this](const CommandContext& c) {
          return ContactPermits(c, ledger_party_, permit_state_);
        });
    permits->add_option("--party", ledger_party_, "The person")->required();
    permits->add_option("--state", permit_state_, "live, used, cancelled or expired");
    CLI::App* ledger = Verb(
        noun, "ledger", "Show what counts against a person now, and until when",
        [this](const CommandContext& c) { return ContactLedger(c, ledger_case_, ledger_party_); });
    ledger->add_option("--case", ledger_case_, "The case")->required();
    ledger->add_option("--party", ledger_party_, "The person; the case's debtor if absent");
    CLI::App* batch =
        Verb(noun, "batch", "Ask for a list who may be contacted, when, by which channels",
             [this](const CommandContext& c) { return ContactBatch(c, batch_); });
    batch
        ->add_option("FILE", batch_.file,
                     "A case a line, with the person behind a comma; - is stdin")
        ->required();
    batch->add_option("--channel", batch_.channels, "voice_call, sms, …; several may be given")
        ->required();
  }

  void AddCase() {
    CLI::App* noun = Noun("case", "Cases, as their events make them");
    CLI::App* show = Verb(noun, "show", "Show the file of a case", [this](const CommandContext& c) {
      return CaseShow(c, case_id_, case_as_of_);
    });
    CLI::App* timeline = Verb(noun, "timeline", "Tell what happened in a case, event by event",
                              [this](const CommandContext& c) {
                                return CaseTimeline(c, case_id_, case_limit_, case_language_);
                              });
    case_language_ = LanguageOfEnvironment();
    timeline->add_option("--lang", case_language_, "Language of the sentences")
        ->check(CLI::IsMember({"es", "pt", "en"}))
        ->capture_default_str();
    CLI::App* list = Verb(noun, "list", "List the files of cases", [this](const CommandContext& c) {
      return CaseList(c, case_list_, case_limit_);
    });
    CLI::App* search = Verb(noun, "search", "Find cases by an id",
                            [this](const CommandContext& c) { return CaseSearch(c, case_key_); });
    for (CLI::App* verb : {show, timeline}) {
      verb->add_option("case", case_id_, "The case")->required();
    }
    show->add_option("--as-of", case_as_of_,
                     "As it was known: a position, or an instant like 2025-03-10T10:00:00Z");
    list->add_option("--stage", case_list_.stage, "Only this stage: persuasive, legal, …");
    list->add_option("--state", case_list_.state, "Only this state: open, suspended, closed");
    list->add_option("--creditor", case_list_.creditor, "Only cases of this creditor");
    list->add_option("--agent", case_list_.agent, "Only cases given to this agent");
    search
        ->add_option(
            "key", case_key_,
            "Of a case, debt, person, docket, complaint, dispute, promise, agreement, title")
        ->required();
    for (CLI::App* verb : {timeline, list}) {
      verb->add_option("-n,--limit", case_limit_, "How many; 0 is all")->capture_default_str();
    }
    AddCaseMoves(noun);
    AddCaseKeeping(noun);
  }

  // A verb that does something to one case.
  CLI::App* CaseVerb(CLI::App* noun, const char* name, const char* what,
                     Outcome (*run)(const CommandContext&, const CaseOptions&)) {
    CLI::App* verb =
        Verb(noun, name, what, [this, run](const CommandContext& c) { return run(c, case_); });
    verb->add_option("case", case_.case_id, "The case")->required();
    return verb;
  }

  void AddCaseMoves(CLI::App* noun) {
    CLI::App* check =
        CaseVerb(noun, "check", "Say what a transition asks for and what is missing", CaseCheck);
    CLI::App* transition =
        CaseVerb(noun, "transition", "Move a case to another stage, propose that, or approve it",
                 CaseTransition);
    CLI::App* close = CaseVerb(noun, "close", "Close a case", CaseClose);
    CLI::App* reopen = CaseVerb(noun, "reopen", "Reopen a closed case", CaseReopen);
    check->add_option("--to", case_.to, "T03, or the stage: legal")->required();
    check->add_option("--lang", case_.language, "es, pt or en")->capture_default_str();
    transition->add_option("--to", case_.to, "T03, or the stage: legal");
    for (CLI::App* verb : {check, transition}) {
      verb->add_option("--override", case_.override_reason,
                       "Why what may be overridden is; for LEGAL");
    }
    for (CLI::App* verb : {transition, close}) {
      verb->add_option("--approve", case_.proposal, "The proposal that is approved");
    }
    for (CLI::App* verb : {check, close, reopen}) {
      verb->add_option("--reason", case_.reason, "paid_in_full, prescribed, …; closing_error, …");
    }
    for (CLI::App* verb : {check, close}) {
      verb->add_option("--lost", case_.lost, "What is given up: 900000CLP");
      verb->add_option("--into", case_.merged_into, "The case a duplicate is merged into");
    }
    for (CLI::App* verb : {transition, close, reopen}) {
      verb->add_option("--request-id", case_.request_id, "Repeated, it gets the same answer");
    }
  }

  void AddCaseKeeping(CLI::App* noun) {
    CLI::App* open =
        Verb(noun, "open", "Open a case with its debts",
             [this](const CommandContext& c) { return CaseOpen(c, case_file_, case_.request_id); });
    open->add_option("FILE", case_file_, "An OpenCaseRequest in JSON; - is stdin")->required();
    CLI::App* suspend = CaseVerb(noun, "suspend", "Suspend a case for a reason", CaseSuspend);
    CLI::App* resume = CaseVerb(noun, "resume", "End the suspension of a reason", CaseResume);
    CLI::App* assign = CaseVerb(noun, "assign", "Give a case to an agent or a team", CaseAssign);
    CLI::App* note = CaseVerb(noun, "note", "Add a note to a case", CaseNote);
    for (CLI::App* verb : {suspend, resume}) {
      verb->add_option("--reason", case_.reason, "dispute, complaint, insolvency, …")->required();
    }
    suspend->add_option("--until", case_.until, "Last date, YYYY-MM-DD");
    suspend->add_option("--note", case_.text, "Why, in words");
    assign->add_option("--agent", case_.agent_id, "The agent");
    assign->add_option("--team", case_.team_id, "The team");
    assign->add_option("--reason", case_.reason, "A code");
    note->add_option("text", case_.text, "The text")->required();
    note->add_option("--category", case_.category, "general, contact, payment, compliance, …");
    for (CLI::App* verb : {open, suspend, resume, assign, note}) {
      verb->add_option("--request-id", case_.request_id, "Repeated, it records nothing more");
    }
  }

  void AddAccess() {
    CLI::App* noun = Noun("access", "Who may do what, and who looked");
    CLI::App* certificate =
        Verb(noun, "certificate", "Issue a certificate with the authority of the ledger's folder",
             [this](const CommandContext& c) {
               return AccessCertificate(c, access_.caller, certificate_name_);
             });
    certificate->add_option("--name", certificate_name_, "Of its files in tls/; the id if absent");
    CLI::App* add = Verb(noun, "register", "Put a caller on record",
                         [this](const CommandContext& c) { return AccessRegister(c, access_); });
    CLI::App* grant = Verb(noun, "grant", "Give a role, or approve one that was proposed",
                           [this](const CommandContext& c) { return AccessGrant(c, access_); });
    CLI::App* revoke = Verb(noun, "revoke", "Take a role away",
                            [this](const CommandContext& c) { return AccessRevoke(c, access_); });
    for (CLI::App* verb : {certificate, add, revoke}) {
      verb->add_option("caller", access_.caller, "As in person/ana")->required();
    }
    grant->add_option("caller", access_.caller, "As in person/ana");
    grant->add_option("role", access_.role, "As in COMPLIANCE");
    revoke->add_option("role", access_.role, "As in COMPLIANCE")->required();
    grant->add_option("--scope", access_.scope,
                      "creditor/B-1, portfolio/PF-1 or team/T-2; several may be given");
    grant->add_option("--until", access_.until, "When it ends");
    grant->add_option("--approve", access_.approves, "A proposal of somebody else, by its id");
    for (CLI::App* verb : {grant, revoke}) verb->add_option("--reason", access_.reason, "A code");
    Verb(noun, "list", "List callers with their roles", AccessList);
    CLI::App* open = Verb(noun, "open", "Let an outsider read named records for a time",
                          [this](const CommandContext& c) { return AccessOpen(c, grant_); });
    open->add_option("grantee", grant_.grantee, "Who may look, as in person/sernac-1");
    open->add_option("--name", grant_.name, "Name and office");
    open->add_option("--stream", grant_.streams, "case/C-17 or debtor/P-9; several may be given");
    open->add_option("--creditor", grant_.creditors, "All cases of a creditor");
    open->add_option("--from", grant_.from, "When it begins; now if absent");
    open->add_option("--to", grant_.to, "When it ends");
    open->add_option("--masking", grant_.masking,
                     "How personal data is shown: full, partial, token; not at all if absent");
    open->add_option("--purpose", grant_.purpose, "A code");
    open->add_option("--basis", grant_.legal_basis, "What allows it: a code");
    open->add_option("--approve", grant_.approves, "A proposal of somebody else, by its id");
    CLI::App* close = Verb(noun, "close", "End a grant before its time",
                           [this](const CommandContext& c) { return AccessClose(c, grant_); });
    close->add_option("grant", grant_.grant_id, "The grant")->required();
    close->add_option("--reason", grant_.reason, "A code");
    Verb(noun, "grants", "List grants to outsiders", AccessGrants);
    CLI::App* add_key =
        Verb(noun, "add-key", "Register a key with which a source signs",
             [this](const CommandContext& c) { return AccessAddKey(c, source_key_); });
    CLI::App* revoke_key =
        Verb(noun, "revoke-key", "End the use of a source's key",
             [this](const CommandContext& c) { return AccessRevokeKey(c, source_key_); });
    add_key->add_option("source", source_key_.source, "The source")->required();
    add_key->add_option("key", source_key_.key, "Its Ed25519 key in base64")->required();
    revoke_key->add_option("source", source_key_.source, "The source")->required();
    revoke_key->add_option("key-id", source_key_.key, "The key's id in hex")->required();
    revoke_key->add_option("--reason", source_key_.reason, "A code");
    CLI::App* log =
        Verb(noun, "log", "List who looked, searched, took away and was given what",
             [this](const CommandContext& c) { return AccessShowLog(c, case_id_, case_limit_); });
    log->add_option("--case", case_id_, "Only what concerns this case");
    log->add_option("-n,--limit", case_limit_, "How many; 0 is all")->capture_default_str();
  }

  void AddExport() {
    CLI::App* noun = Noun("export", "Files that prove themselves");
    CLI::App* create = Verb(noun, "create", "Order an export",
                            [this](const CommandContext& c) { return ExportCreate(c, export_); });
    create->add_option("--case", export_.case_id, "The case")->required();
    create->add_option("--kind", export_.kind, "What for")->capture_default_str();
    create->add_option("--purpose", export_.purpose, "Why it is made: a code")->required();
    create->add_option("--recipient", export_.recipient, "Who receives it: an id")->required();
    create->add_flag("--open-personal", export_.open_personal, "Open personal parts in it");
    create->add_option("--request-id", export_.request_id, "Repeated, it gets the same export");
    create->add_flag("--wait", export_.wait, "Return when it is ready or has failed");
    CLI::App* status =
        Verb(noun, "status", "Show where an export stands",
             [this](const CommandContext& c) { return ExportStatus(c, export_id_); });
    Verb(noun, "list", "List exports, newest first", ExportList);
    CLI::App* download = Verb(
        noun, "download", "Fetch a finished export, or the rest of it",
        [this](const CommandContext& c) { return ExportDownload(c, export_id_, export_out_); });
    for (CLI::App* verb : {status, download}) {
      verb->add_option("export", export_id_, "The export")->required();
    }
    download->add_option("-O,--out", export_out_, "The file")->required();
  }

  void AddPolicy() {
    CLI::App* noun = Noun("policy", "What the rules say, and why");
    noun->add_option("--packs", policy_.packs,
                     "A folder of packs; those beside the program if absent")
        ->envname("CONSTANCIA_PACKS");
    noun->add_option("--lang", policy_.language, "Language of rules and reasons")
        ->check(CLI::IsMember({"es", "pt", "en"}))
        ->capture_default_str();
    noun->add_option("--switch", policy_.switches,
                     "How a point that a law leaves open is read, as in cl.week=calendar_week")
        ->allow_extra_args(false);
    Verb(noun, "switches", "List the points that the laws leave open, and how they are read",
         [this](const CommandContext& c) { return PolicySwitches(c, policy_); });
    CLI::App* list =
        Verb(noun, "list", "List the packs, or the rules of one",
             [this](const CommandContext& c) { return PolicyList(c, policy_, policy_which_); });
    list->add_option("pack", policy_which_, "A pack, as in CL-19496");
    CLI::App* show =
        Verb(noun, "show", "Show a rule: text, citation, parameters, cases",
             [this](const CommandContext& c) { return PolicyShow(c, policy_, policy_which_); });
    show->add_option("rule", policy_which_, "Its id, as in CL-19496-37-hours")->required();
    CLI::App* lint =
        Verb(noun, "lint", "Say what is wrong with packs, with file and line",
             [this](const CommandContext& c) { return PolicyLint(c, policy_, policy_which_); });
    lint->add_option("folder", policy_which_, "A folder with pack.yaml files in it or below")
        ->required();
    CLI::App* test =
        Verb(noun, "test", "Run case files against packs",
             [this](const CommandContext& c) { return PolicyTest(c, policy_, policy_test_); });
    test->add_option("file", policy_test_.files, "Case files, one JSON object a line");
    test->add_flag("--all", policy_test_.all, "The case files beside the packs");
    test->require_option(1, 0);
    CLI::App* diff = Verb(noun, "diff", "Tell what changes from packs to others",
                          [this](const CommandContext& c) {
                            return PolicyDiff(c, policy_, policy_before_, policy_which_);
                          });
    diff->add_option("before", policy_before_, "A folder of packs")->required();
    diff->add_option("after", policy_which_, "The folder that would replace it")->required();
    CLI::App* explain =
        Verb(noun, "explain", "Say why: the answer to a case, or a recorded decision",
             [this](const CommandContext& c) { return PolicyExplain(c, policy_, explain_); });
    explain->add_option("file", explain_.file, "A case file; those beside the packs if absent");
    explain->add_option("--case", explain_.case_id, "The case of that id only");
    explain->add_option("--event", explain_.event,
                        "A recorded permit, denial or violation: its event id or position");
    explain->require_option(1, 2);
    CLI::App* replay =
        Verb(noun, "replay", "Judge recorded contacts under other packs",
             [this](const CommandContext& c) { return PolicyReplay(c, policy_, replay_); });
    replay->add_option("--from", replay_.from, "First date in UTC, or an instant")->required();
    replay->add_option("--to", replay_.to, "Last date in UTC, or the instant before which")
        ->required();
    replay->add_option("--pack", replay_.pack,
                       "A folder of packs to try; with switches alone, those in force");
    CLI::App* holidays =
        Verb(noun, "holidays", "List public holidays",
             [this](const CommandContext& c) { return PolicyHolidays(c, policy_, holidays_); });
    holidays->add_option("calendar", holidays_.calendar, "A country, as in CL")->required();
    CLI::Option* year = holidays->add_option("--year", holidays_.year, "This year if absent");
    holidays->add_option("--from", holidays_.from, "First date, as in 2025-03-10")->excludes(year);
    holidays->add_option("--to", holidays_.to, "Last date")->excludes(year);
    holidays->add_option("--region", holidays_.region,
                         "Those kept there, as in CL-AP; of every region if absent");
  }

  void AddCompletion() {
    CLI::App* noun = Noun("completion", "Completion scripts for shells");
    Verb(noun, "bash", "For bash: source <(constancia completion bash)",
         [this](const CommandContext& c) -> Outcome {
           *c.out << BashCompletion(NodeOf(app_));
           return ExitCode::kOk;
         });
    Verb(noun, "zsh", "For zsh: source <(constancia completion zsh)",
         [this](const CommandContext& c) -> Outcome {
           *c.out << ZshCompletion(NodeOf(app_));
           return ExitCode::kOk;
         });
  }

  static CommandNode NodeOf(const CLI::App& app) {
    CommandNode node{.name = app.get_name()};
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) node.options.push_back("--" + name);
      for (const std::string& name : option->get_snames()) node.options.push_back("-" + name);
    }
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
      node.commands.push_back(NodeOf(*command));
    }
    return node;
  }

  CLI::App app_;
  SystemClock clock_;
  SystemRandom random_;
  CommandContext context_;
  std::function<Outcome(const CommandContext&)> run_;
  std::string default_as_;

  InitCommandOptions init_;
  ServeOptions serve_;
  EventsAppendOptions events_append_;
  EventsListOptions events_list_;
  EventsGetOptions events_get_;
  EventsTailOptions events_tail_;
  ProofGetOptions proof_get_;
  ProofVerifyOptions proof_verify_;
  LedgerVerifyOptions ledger_verify_;
  LedgerCosignOptions ledger_cosign_;
  LedgerPublishOptions ledger_publish_;
  ImportCsvOptions import_;
  PortfolioOptions sandbox_;
  BenchOptions bench_;
  ContactOptions contact_;
  std::string contact_at_;
  CompleteOptions complete_;
  CancelOptions cancel_;
  BatchOptions batch_;
  std::string ledger_case_;
  std::string ledger_party_;
  std::string permit_state_;
  ReserveOptions reserve_;
  std::string case_id_;
  std::string case_as_of_;
  std::string case_key_;
  CaseListOptions case_list_;
  AccessOptions access_;
  std::string certificate_name_;
  GrantOptions grant_;
  SourceKeyOptions source_key_;
  uint64_t case_limit_ = 100;
  std::string case_language_;
  CaseOptions case_;
  std::string case_file_;
  ExportCreateOptions export_;
  std::string export_id_;
  std::string export_out_;
  PolicyOptions policy_;
  std::string policy_which_;
  std::string policy_before_;
  ExplainOptions explain_;
  ReplayOptions replay_;
  PolicyTestOptions policy_test_;
  HolidaysOptions holidays_;
};

}  // namespace
}  // namespace constancia::api

int main(int argc, char** argv) {
  // Debian's Abseil looks for cycles at every lock, as debug builds do. Tests keep that, programs
  // do not.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  std::signal(SIGPIPE, SIG_IGN);
  setenv("GRPC_VERBOSITY", "NONE", 0);  // Its own words would stand between ours.
  return constancia::api::Program().Run(argc, argv);
}
