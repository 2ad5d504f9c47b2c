// Every inline projection, in one list. A new one is a folder below and a line in projections.cc.

#ifndef CONSTANCIA_EVENTSTORE_PROJECTIONS_PROJECTIONS_H_
#define CONSTANCIA_EVENTSTORE_PROJECTIONS_PROJECTIONS_H_

#include <vector>

#include "eventstore/log/inline_projection.h"

namespace constancia::eventstore {

// They live as long as the program and have no state of their own.
const std::vector<const InlineProjection*>& InlineProjections();

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROJECTIONS_PROJECTIONS_H_
