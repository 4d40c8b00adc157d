// SPDX-License-Identifier: Apache-2.0
// Free text on its way out: opened for a reader while its account's key is active (EKM-5), left sealed otherwise.
#pragma once

#include <memory>

#include "events/event.hpp"
#include "ledger/keyring/keyring.hpp"
#include "ledger/service/regions.hpp"

namespace creditfold::service {

class Texts {
 public:
  // Both must outlive it.
  Texts(const Regions& regions, keyring::Keyring& keyring);

  // May wait for a data key, on a reader's thread and not for long.
  void open(Event& event) const;

 private:
  const Regions& regions_;
  std::unique_ptr<TextSealer> sealer_;
};

}  // namespace creditfold::service
