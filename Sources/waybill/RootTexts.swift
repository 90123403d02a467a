// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// Texts that `waybill init` puts into a new root: the same as those at the
/// top of the repository, which a test compares.
enum RootTexts {
    /// A text and its place below the root.
    struct Text {
        let path: String
        let text: String
    }

    /// The root's path in the examples; `init` puts the real one there.
    static let exampleRoot = "/srv/waybill"

    static let all = [
        Text(
            path: "spool/README.md",
            text: #"""
                # The spool

                Files on their way. Partners write into `partners/<name>/in/` and nowhere else; all other folders are the agent's.

                | folder | what lies there |
                |---|---|
                | `partners/<name>/in/` | what the partner dropped and the agent has not taken yet |
                | `partners/<name>/out/` | files for the partner to take |
                | `partners/<name>/receipts/` | what became of each file, in words the partner's people can read |
                | `claimed/<id>/` | being worked on |
                | `deferred/<id>/` | will be tried again by itself |
                | `held/<id>/` | waits for you: `waybill why <id>` |
                | `quarantine/<id>/` | could not be read: see `reason.txt` beside it |
                | `archive/<partner>/<yyyy>/<mm>/<dd>/` | finished |
                | `tmp/` | half-written files of the agent |

                `waybill init` makes what is missing. Do not move package folders by hand, use the commands: docs/spool.md.

                """#),
        Text(
            path: "spool/partners/README.md",
            text: #"""
                # Partners

                One folder for each system that drops files: `waybill partner add NAME` makes it, with its `in/`, `out/`, `receipts/`
                and a sample configuration `etc/conf.d/NAME.yaml`. `waybill partner list` shows them with their state.

                """#),
        Text(
            path: "media/README.md",
            text: #"""
                # The media volume

                Pictures and other attachments. It may be a mount of its own (`paths.media` in etc/waybill.yaml).

                | Here | What |
                |---|---|
                | `.waybill/volume.json` | the volume's mark: its UUID, the type of its file system, and what that can do (`case_sensitive`, `hard_links`, `modes`), tried out when `waybill init` made it |
                | `.waybill/blobs/ab/cd/<sha256>` | every original that came with an exchange, once, under the SHA-256 of its bytes; mode 0444, never changed |
                | `.waybill/tmp/` | files being written; what a crash left is removed at the next start |
                | `.waybill/trash/` | room for what is taken out of use |
                | `.waybill/quarantine/` | blobs whose size was wrong when their bytes came again |
                | `originals/` | where a partner may put pictures itself, in any tree; read, never changed |
                | `links/`, `renditions/`, `views/` | what is made from the originals |

                Which partner sent which blob under which path stands in `var/store/media.db`, not here. A row there means that the blob
                is safe on the disk. A blob without a row is what a crash leaves; it does no harm and is taken up when its bytes come
                again.

                When the mark is gone or another volume is mounted here, the agent calls the volume offline and waits: it does not
                believe that all pictures were deleted, and writes nothing into an empty mount point. Mount the right volume and it
                goes on by itself.

                Back up `.waybill/blobs/` and `.waybill/volume.json` together with `var/store/media.db`, the database first: so every row
                of the copy has its blob. Never edit a blob; `sha256sum` of it must give its name.

                """#),
        Text(
            path: "etc/README.md",
            text: #"""
                # Configuration

                `waybill.yaml` holds what is common, `conf.d/*.yaml` one file for each partner. Every key, with its default and unit:
                docs/configuration.md. After a change: `waybill check-config`, which names file, line and column of every mistake.
                `waybill config show --origin` says what is in force and where it comes from.

                `systemd/` and `cron.d/` hold examples to copy to /etc: the agent as a service, and retention of the archive.

                """#),
        Text(
            path: "etc/cron.d/waybill",
            text: #"""
                # SPDX-FileCopyrightText: The Waybill developers
                # SPDX-License-Identifier: Apache-2.0
                #
                # Example for /etc/cron.d: retention by cron. Set the root and the program's path. Where systemd runs, take
                # etc/systemd/waybill-prune.timer instead, not both (both do no harm: a second run finds the lock and ends with 75).
                # Silent when nothing is wrong, so that cron writes mail only when something is.

                17 3 * * *   waybill   /usr/bin/waybill --root /srv/waybill --quiet archive prune --older-than 90d
                41 4 * * 0   waybill   /usr/bin/waybill --root /srv/waybill --quiet archive verify

                """#),
        Text(
            path: "etc/systemd/waybill.service",
            text: #"""
                # SPDX-FileCopyrightText: The Waybill developers
                # SPDX-License-Identifier: Apache-2.0
                #
                # Example for /etc/systemd/system. Set the root in ExecStart, RequiresMountsFor and ReadWritePaths.
                [Unit]
                Description=Waybill file-drop exchange agent
                After=local-fs.target remote-fs.target
                RequiresMountsFor=/srv/waybill

                [Service]
                Type=notify
                ExecStart=/usr/bin/waybill --root /srv/waybill run
                User=waybill
                Group=waybill
                # The partner's group may move and delete what the agent writes.
                UMask=0007
                # Read leases on files of other users: proof that nobody still writes.
                AmbientCapabilities=CAP_LEASE
                CapabilityBoundingSet=CAP_LEASE
                Restart=on-failure
                RestartSec=5s
                TimeoutStopSec=60s
                LimitNOFILE=65536
                NoNewPrivileges=yes
                ProtectSystem=strict
                ReadWritePaths=/srv/waybill
                ProtectHome=yes
                PrivateTmp=yes
                PrivateDevices=yes
                ProtectKernelTunables=yes
                ProtectKernelModules=yes
                ProtectControlGroups=yes
                RestrictAddressFamilies=AF_UNIX
                RestrictNamespaces=yes
                LockPersonality=yes
                SystemCallArchitectures=native

                [Install]
                WantedBy=multi-user.target

                """#),
        Text(
            path: "etc/systemd/waybill-prune.service",
            text: #"""
                # SPDX-FileCopyrightText: The Waybill developers
                # SPDX-License-Identifier: Apache-2.0
                [Unit]
                Description=Waybill archive retention
                RequiresMountsFor=/srv/waybill

                [Service]
                Type=oneshot
                ExecStart=/usr/bin/waybill --root /srv/waybill --quiet archive prune --older-than 90d
                User=waybill
                Group=waybill
                UMask=0007
                # Another run holds the lock: the next one will do.
                SuccessExitStatus=75
                Nice=10
                IOSchedulingClass=idle
                NoNewPrivileges=yes

                """#),
        Text(
            path: "etc/systemd/waybill-prune.timer",
            text: #"""
                # SPDX-FileCopyrightText: The Waybill developers
                # SPDX-License-Identifier: Apache-2.0
                [Unit]
                Description=Waybill archive retention, every night

                [Timer]
                OnCalendar=*-*-* 03:17
                RandomizedDelaySec=10min
                Persistent=true

                [Install]
                WantedBy=timers.target

                """#),
    ]
}
