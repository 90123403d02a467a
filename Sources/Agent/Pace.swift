// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// How fast a package goes on, over its last seconds: what it did at its
/// beginning says nothing about now.
package struct Pace: Sendable, Hashable {
    private struct Sample: Hashable {
        var at: ContinuousClock.Instant
        var bytes: Int64
        var records: Int
    }

    /// The span that a rate is taken over, and the least between two samples.
    private static let span: Duration = .seconds(5)
    private static let step: Duration = .milliseconds(250)
    /// Before this a rate would be chance.
    private static let least: Duration = .seconds(1)

    package let started: ContinuousClock.Instant
    private var samples: [Sample]
    private var newest: Sample

    package init(at now: ContinuousClock.Instant) {
        started = now
        newest = Sample(at: now, bytes: 0, records: 0)
        samples = [newest]
    }

    /// Notes how far it is; neither number falls.
    package mutating func add(bytes: Int64, records: Int, at now: ContinuousClock.Instant) {
        newest = Sample(at: now, bytes: bytes, records: records)
        guard let last = samples.last, now - last.at >= Self.step else { return }
        samples.append(newest)
        // One sample beyond the span stays: the rate is of the whole of it.
        while samples.count > 2, now - samples[1].at >= Self.span { samples.removeFirst() }
    }

    /// Bytes and records a second; nil as long as that means nothing. Work
    /// that stands still is slow, not unknown.
    package func rate(at now: ContinuousClock.Instant) -> (bytes: Int64, records: Int)? {
        let first = (samples + [newest]).last { now - $0.at >= Self.span } ?? samples[0]
        let seconds = (now - first.at) / .seconds(1)
        guard now - first.at >= Self.least else { return nil }
        return (
            Int64((Double(newest.bytes - first.bytes) / seconds).rounded()),
            Int((Double(newest.records - first.records) / seconds).rounded())
        )
    }
}

extension Pace {
    /// What a person wants to know of it.
    package func speed(phase: String, bytesLeft: Int64, at now: ContinuousClock.Instant) -> Speed {
        var speed = Speed(phase: phase)
        guard let rate = rate(at: now) else { return speed }
        speed.bytesPerSecond = rate.bytes
        speed.recordsPerSecond = rate.records
        if rate.bytes > 0 { speed.secondsLeft = (max(0, bytesLeft) + rate.bytes - 1) / rate.bytes }
        return speed
    }
}

extension LaneBoard.Progress {
    package func speed(at now: ContinuousClock.Instant) -> Speed {
        pace.speed(phase: phase.rawValue, bytesLeft: bytesTotal - bytesRead, at: now)
    }
}

/// How a package goes on.
package struct Speed: Codable, Sendable, Hashable {
    /// `reading`, `staging` or `promoting`.
    package var phase: String
    /// Over the last seconds; nil before that means anything.
    package var bytesPerSecond: Int64?
    package var recordsPerSecond: Int?
    /// Nil where nobody can tell.
    package var secondsLeft: Int64?

    package init(phase: String) { self.phase = phase }
}
