// The concerns of a case, and that of a person: which events each reads, and what it makes of them.
//
// Each sets its own fields of the file from its facts alone; flags carry the kinds that are its
// own.
//
// Used by: case_file.cc.
// Threads: any.

#ifndef CONSTANCIA_EVENTSTORE_PROJECTIONS_CASE_FILE_FOLDS_H_
#define CONSTANCIA_EVENTSTORE_PROJECTIONS_CASE_FILE_FOLDS_H_

#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "constancia/casefile/v1/case_file.pb.h"
#include "constancia/casefile/v1/case_rows.pb.h"

namespace constancia::eventstore {

// Parties, agent, stages, suspensions, closings (fold_stages.cc).
void FoldStages(const casefile::v1::FactList& facts, casefile::v1::CaseFile* file);
bool ReadsStages(std::string_view type);

// Debts with their balance; what belongs to no debt (fold_money.cc).
void FoldMoney(const casefile::v1::FactList& facts, casefile::v1::CaseFile* file);
bool ReadsMoney(std::string_view type);

// Promises and agreements (fold_negotiation.cc).
void FoldNegotiation(const casefile::v1::FactList& facts, casefile::v1::CaseFile* file);
bool ReadsNegotiation(std::string_view type);

// Disputes and complaints (fold_rights.cc).
void FoldRights(const casefile::v1::FactList& facts, casefile::v1::CaseFile* file);
bool ReadsRights(std::string_view type);

// Notices, dockets, holds, evidence (fold_evidence.cc).
void FoldEvidence(const casefile::v1::FactList& facts, casefile::v1::CaseFile* file);
bool ReadsEvidence(std::string_view type);

// Contact points, preferences and flags of a person (fold_person.cc).
void FoldPerson(const casefile::v1::FactList& facts, casefile::v1::PersonFile* file);
bool ReadsPerson(std::string_view type);

struct Concern {
  // First byte of the rows that hold its facts.
  char key;
  bool (*reads)(std::string_view type);
  void (*fold)(const casefile::v1::FactList& facts, casefile::v1::CaseFile* file);
};

// Those of a case. The first byte never changes its meaning within a version of the projection.
std::span<const Concern> Concerns();

// By (since, kind, event), the order of flags everywhere.
void SortFlags(google::protobuf::RepeatedPtrField<casefile::v1::Flag>* flags);

// Puts `flags` in the place of those of `kinds`.
void ReplaceFlags(std::initializer_list<casefile::v1::Flag::Kind> kinds,
                  const std::vector<casefile::v1::Flag>& flags, casefile::v1::CaseFile* file);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROJECTIONS_CASE_FILE_FOLDS_H_
