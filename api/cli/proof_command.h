// constancia proof: take proofs from a server, and check them against a policy of one's own.
#ifndef CONSTANCIA_API_CLI_PROOF_COMMAND_H_
#define CONSTANCIA_API_CLI_PROOF_COMMAND_H_

#include <cstdint>
#include <optional>
#include <string>

#include "api/cli/command.h"

namespace constancia::api {

enum class ProofKind {
  kInclusion,     // An event stands at its position: c2sp.org/tlog-proof.
  kCompleteness,  // A stream has exactly these events: constancia-completeness/v1.
  kSeal,          // The log accepted an event, at once: constancia-seal/v1.
};

struct ProofGetOptions {
  ProofKind kind = ProofKind::kInclusion;
  std::string event;   // An event id or a position; of inclusion and seal.
  std::string stream;  // Of completeness.
  std::string out = "-";
  std::string leaf_out;  // Writes the event's leaf as well: what the proof is about.
};
Outcome ProofGet(const CommandContext& context, const ProofGetOptions& options);

struct ProofVerifyOptions {
  std::string file;
  std::string policy;
  std::string leaf;    // The event's leaf, as ProofGet writes it.
  std::string events;  // Events as `events list -o jsonl` writes them; of completeness.
};
// kNotProven when it does not show what it claims.
Outcome ProofVerify(const CommandContext& context, const ProofVerifyOptions& options);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_PROOF_COMMAND_H_
