// constancia-verify: checks what a Constancia ledger hands out, trusting only the reader's policy.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "archive.h"
#include "bytes.h"
#include "checks.h"
#include "report.h"

namespace verify {
namespace {

constexpr int kExitProven = 0;
constexpr int kExitUnreadable = 1;
constexpr int kExitUsage = 2;
constexpr int kExitNotProven = 7;

constexpr char kUsage[] =
    "usage: constancia-verify COMMAND ... --policy FILE [--lang en|es|pt] [-o text|json]\n"
    "\n"
    "  bundle FILE.zip|DIR [--old CHECKPOINT] [--source-key KEY|FILE]... [--secret FILE]\n"
    "  log DIR [--audit] [--seals] [--old CHECKPOINT] [--source-key KEY|FILE]... [--secret FILE]\n"
    "  proof FILE --leaf FILE... [--source-key KEY|FILE]... [--secret FILE]\n"
    "  seal FILE.seal --leaf FILE [--source-key KEY|FILE]... [--secret FILE]\n"
    "  consistency OLD_CHECKPOINT NEW_CHECKPOINT PROOF\n"
    "\n"
    "--policy      whose signatures you trust; get it from whom you trust, not from the bundle\n"
    "--old         a checkpoint you kept from before: the log must extend it\n"
    "--source-key  a source's public key, name+hex+base64, or a file of such lines\n"
    "--secret      the ledger's secret K, 64 hex digits in a file: checks names against stream "
    "keys\n"
    "--audit       recompute every map of streams, not only the last\n"
    "--seals       verify the signature of every commit group\n"
    "--leaf        the bytes of an entry; for a completeness proof once for each, in order\n"
    "\n"
    "exit codes: 0 proven, 1 unreadable input, 2 usage, 7 not proven\n";

struct Arguments {
  std::vector<std::string> words;  // the command and its files
  std::string policy;
  std::string old_checkpoint;
  std::vector<std::string> leaves;
  std::vector<std::string> source_keys;
  std::string secret;
  std::optional<Language> language;
  bool json = false;
  bool audit = false;
  bool seals = false;
};

std::optional<Arguments> ParseArguments(const std::vector<std::string>& args) {
  Arguments parsed;
  for (size_t i = 0; i < args.size(); ++i) {
    std::string name = args[i];
    if (name.size() < 2 || name[0] != '-') {
      parsed.words.push_back(name);
      continue;
    }
    if (name == "--audit" || name == "--seals") {
      (name == "--audit" ? parsed.audit : parsed.seals) = true;
      continue;
    }
    std::string value;
    const size_t equals = name.find('=');
    if (name.substr(0, 2) == "--" && equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    } else if (++i < args.size()) {
      value = args[i];
    } else {
      return std::nullopt;
    }
    if (name == "--policy") {
      parsed.policy = value;
    } else if (name == "--old") {
      parsed.old_checkpoint = value;
    } else if (name == "--leaf") {
      parsed.leaves.push_back(value);
    } else if (name == "--source-key") {
      parsed.source_keys.push_back(value);
    } else if (name == "--secret") {
      parsed.secret = value;
    } else if (name == "--lang" && ParseLanguage(value)) {
      parsed.language = ParseLanguage(value);
    } else if ((name == "-o" || name == "--output") && (value == "text" || value == "json")) {
      parsed.json = value == "json";
    } else {
      return std::nullopt;
    }
  }
  if (parsed.words.empty() || parsed.policy.empty()) return std::nullopt;
  const std::string& command = parsed.words[0];
  const size_t files = parsed.words.size() - 1;
  const bool is_log = command == "log", is_bundle = command == "bundle";
  const bool is_proof = command == "proof", is_seal = command == "seal";
  const bool is_consistency = command == "consistency";
  const bool fits = ((is_log || is_bundle || is_proof || is_seal) && files == 1) ||
                    (is_consistency && files == 3);
  if (!fits || ((parsed.audit || parsed.seals) && !is_log) ||
      (!parsed.old_checkpoint.empty() && !is_log && !is_bundle) ||
      (!parsed.leaves.empty() && !is_proof && !is_seal) || (is_seal && parsed.leaves.size() != 1) ||
      ((!parsed.source_keys.empty() || !parsed.secret.empty()) && is_consistency)) {
    return std::nullopt;
  }
  return parsed;
}

Language LanguageOfEnvironment() {
  for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(variable);
    if (value == nullptr || *value == '\0') continue;
    return ParseLanguage(value).value_or(Language::kEnglish);
  }
  return Language::kEnglish;
}

// A key as given, or the keys in a file: one a line, '#' begins a comment.
Status ReadSourceKeys(const std::string& text, std::vector<VerifierKey>* keys) {
  if (Result<VerifierKey> key = ParseSourceKey(text); key.ok()) {
    keys->push_back(*key);
    return {};
  }
  VERIFY_ASSIGN(const std::string bytes, ReadInput(text));
  for (std::string_view line : Split(bytes, '\n')) {
    if (line.empty() || line[0] == '#') continue;
    Result<VerifierKey> key = ParseSourceKey(line);
    if (!key.ok()) return At(Unreadable(key.failure().detail), Step::kInput, text);
    keys->push_back(*key);
  }
  return {};
}

// The ledger's K: 64 hex digits, white space around them.
Result<std::string> ReadSecret(const std::string& file) {
  VERIFY_ASSIGN(const std::string text, ReadInput(file));
  const size_t first = text.find_first_not_of(" \t\r\n");
  const size_t last = text.find_last_not_of(" \t\r\n");
  const std::optional<std::string> secret =
      first == text.npos ? std::nullopt : HexDecode(text.substr(first, last - first + 1));
  if (!secret || secret->size() != Hash().bytes.size()) {
    return At(Unreadable("the secret K is 64 hex digits"), Step::kInput, file);
  }
  return *secret;
}

Result<Trust> ReadTrust(const Arguments& arguments) {
  Trust trust;
  VERIFY_ASSIGN(const std::string policy, ReadInput(arguments.policy));
  Result<Policy> parsed = Policy::Parse(policy);
  if (!parsed.ok()) {
    Failure failure = parsed.failure();
    failure.step = Step::kPolicy;
    return At(failure, Step::kPolicy, arguments.policy);
  }
  trust.policy = *parsed;
  if (!arguments.old_checkpoint.empty()) {
    VERIFY_ASSIGN(trust.old_checkpoint, ReadInput(arguments.old_checkpoint, kNoteBytesMax));
  }
  for (const std::string& text : arguments.source_keys) {
    VERIFY_TRY(ReadSourceKeys(text, &trust.source_keys));
  }
  if (!arguments.secret.empty()) {
    VERIFY_ASSIGN(trust.stream_secret, ReadSecret(arguments.secret));
  }
  return trust;
}

Status RunCommand(const Arguments& arguments, Report* report) {
  VERIFY_ASSIGN(const Trust trust, ReadTrust(arguments));
  const std::string& command = arguments.words[0];
  const std::string& file = arguments.words[1];
  if (command == "bundle") {
    VERIFY_ASSIGN(const auto archive, OpenArchive(file));
    return CheckBundle(*archive, trust, report);
  }
  if (command == "log") {
    VERIFY_ASSIGN(const auto archive, OpenArchive(file));
    return CheckLog(*archive, trust, {arguments.audit, arguments.seals}, report);
  }
  VERIFY_ASSIGN(const std::string bytes, ReadInput(file));
  if (command == "consistency") {
    const std::string& new_file = arguments.words[2];
    const std::string& proof_file = arguments.words[3];
    VERIFY_ASSIGN(const std::string new_bytes, ReadInput(new_file));
    VERIFY_ASSIGN(const std::string proof_bytes, ReadInput(proof_file));
    return CheckConsistencyFiles({file, bytes}, {new_file, new_bytes}, {proof_file, proof_bytes},
                                 trust, report);
  }
  std::vector<std::string> leaves;
  for (const std::string& leaf_file : arguments.leaves) {
    VERIFY_ASSIGN(const std::string leaf, ReadInput(leaf_file));
    leaves.push_back(leaf);
  }
  if (command == "seal") return CheckSeal(file, bytes, leaves[0], trust, report);
  return CheckProof(file, bytes, leaves, trust, report);
}

int Main(const std::vector<std::string>& args) {
  if (args.size() == 1 && (args[0] == "--help" || args[0] == "-h" || args[0] == "help")) {
    std::fputs(kUsage, stdout);
    return kExitProven;
  }
  const std::optional<Arguments> arguments = ParseArguments(args);
  if (!arguments) {
    std::fputs(kUsage, stderr);
    return kExitUsage;
  }
  Report report;
  report.command = arguments->words[0];
  if (const Status status = RunCommand(*arguments, &report); !status.ok()) {
    report.failure = status.failure();
  }
  const Language language = arguments->language.value_or(LanguageOfEnvironment());
  const std::string text =
      arguments->json ? ReportJson(report, language) : ReportText(report, language);
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (report.failure) {
    return report.failure->fault == Fault::kUnreadable ? kExitUnreadable : kExitNotProven;
  }
  return written ? kExitProven : kExitUnreadable;
}

}  // namespace
}  // namespace verify

int main(int argc, char** argv) {
  return verify::Main(std::vector<std::string>(argv + 1, argv + argc));
}
