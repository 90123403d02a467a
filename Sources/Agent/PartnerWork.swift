// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Claiming
import Records
import Settings
import SpoolStore
import Synchronization
import Threads

/// One partner's intake and what its last look found.
final class PartnerWork: Sendable {
    let name: String
    let settings: PartnerSettings
    let bell = Doorbell()
    /// Touched by the partner's own thread only, but for `report`.
    let intake: Mutex<Intake>
    let last = Mutex<(look: IntakeLook, at: Timestamp)?>(nil)

    init(name: String, spool: Spool, settings: PartnerSettings, _ common: Settings) {
        self.name = name
        self.settings = settings
        intake = Mutex(
            Intake(
                partner: name, spool: spool,
                settings: IntakeSettings(settle: settings.settle, unprovenAfter: common.unprovenAfter)))
    }
}
