// Lines of case files from anybody, asked of a pack with rules of both sorts.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "policies/calendar/zones.h"
#include "policies/engine/case_file.h"

namespace {

using namespace constancia::policies;

constexpr char kTzdata[] = "# version fuzz\nZ America/Santiago -4 - -04\n";
constexpr char kPack[] = R"(
pack: CL-FUZZ
jurisdictions: [CL]
version: 1
title: {es: e, pt: p, en: n}
instrument: a law
source: [nothing]
effective_from: 1999-12-27
calendar: CL
zones: [America/Santiago]
rules:
  - {id: count, kind: count, law: {citation: c, text: {es: e, pt: p, en: n}, mark: V, confidence: H},
     message: {es: e, pt: p, en: n}, per: rolling_dates, n: 7, limit: 1}
  - {id: cap, kind: amount_cap, law: {citation: c, text: {es: e, pt: p, en: n}, mark: V, confidence: H},
     message: {es: e, pt: p, en: n}, unit: CLF, first_day: 20, bands: [{to: '10', bps: 900}, {bps: 300}]}
  - {id: wait, kind: wait, law: {citation: c, text: {es: e, pt: p, en: n}, mark: V, confidence: H},
     message: {es: e, pt: p, en: n}, after: [PreBureauNoticeSent], before: [BureauReported], days: 21}
  - {id: duty, kind: duty, law: {citation: c, text: {es: e, pt: p, en: n}, mark: V, confidence: H},
     message: {es: e, pt: p, en: n}, after: [ComplaintReceived], do: [ComplaintAnswered], within: 10,
     unit: business, each: true}
  - {id: content, kind: content, law: {citation: c, text: {es: e, pt: p, en: n}, mark: V, confidence: H},
     message: {es: e, pt: p, en: n}, items: [{item: CREDITOR}, {item: no_court_look, at: first}]}
)";

const PackSet& Packs() {
  static const PackSet* packs = [] {
    static const ZoneTable* zones = new ZoneTable(*ZoneTable::Load(kTzdata));
    std::vector<Pack> loaded;
    loaded.push_back(*Pack::Load("pack.yaml", kPack));
    return new PackSet(*PackSet::Build(std::move(loaded), zones));
  }();
  return *packs;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::vector<CaseResult> first = RunCases(Packs(), "cases.jsonl", input);
  const std::vector<CaseResult> second = RunCases(Packs(), "cases.jsonl", input);
  CHECK(first.size() == second.size());
  for (size_t i = 0; i < first.size(); ++i) {
    CHECK(first[i].difference == second[i].difference);
    CHECK(first[i].verdict.SerializeAsString() == second[i].verdict.SerializeAsString());
  }
  return 0;
}
