using System.Text;
using MediaEngine.Floor;

namespace MediaEngine.Interop.Tests;

/// <summary>Every message of TS 24.380 table 8.2.2.1-1 with every field it may carry on a network, in both its forms.</summary>
internal static class FloorCases
{
    private const string Alice = "sip:alice@mc.example";
    private const string Bob = "sip:bob@mc.example";
    private const string Lead = "sip:fire-lead@mc.example";
    private const string Permitted = "Permission to Request the Floor: The receiver is permitted to request floor (1)";

    // The analyser has the name of Release 17, and none for the fields of Release 17 and later.
    private const string QueuedRequests = "Queued Cancel";

    private static readonly bool[] Both = [false, true];

    private static readonly string[] TrackRead =
    [
        "Queueing Capability: 1", "Participant Type Length: 10", "Participant Type: dispatcher",
        "Floor Participant Reference: 270544960", "Floor Participant Reference: 4294967295",
    ];

    public static IReadOnlyDictionary<string, FloorCase> All { get; } =
        Requests().Concat(Grants()).Concat(Takens()).Concat(Refusals()).Concat(Queue()).Concat(Others()).Concat(Indicators())
            .ToDictionary(known => known.Name);

    private static IEnumerable<FloorCase> Requests()
    {
        yield return FloorCase.Of("Request", FloorMessageType.Request, false, (ref FloorMessageWriter w) =>
        {
            w.AddFloorPriority(255);
            AddTrack(ref w);
            w.AddFloorIndicator(FloorIndicator.Emergency);
            w.AddFunctionalAlias(Utf8(Lead));
            w.AddLocation(0, []);
        }, "Request", ["Floor Priority: 255", .. TrackRead, "Floor Indicator: Emergency call (4096)", $"Functional Alias: {Lead}",
            "Location Type: Not provided (0)"]);
        foreach ((byte type, string hex, string[] read) in Locations())
        {
            yield return FloorCase.Of($"Request, location {type}", FloorMessageType.Request, false, (ref FloorMessageWriter w) =>
            {
                w.AddFloorPriority(5);
                w.AddLocation(type, Convert.FromHexString(hex));
            }, "Request", ["Floor Priority: 5", .. read]);
        }
        foreach (bool ack in Both)
        {
            yield return FloorCase.Of(Name("Release", ack), FloorMessageType.Release, ack, (ref FloorMessageWriter w) =>
            {
                AddTrack(ref w);
                w.AddFloorIndicator(FloorIndicator.DualFloor);
            }, "Release", [.. TrackRead, "Floor Indicator: Dual floor (512)"]);
        }
        yield return FloorCase.Of("Release, bare", FloorMessageType.Release, false, (ref FloorMessageWriter _) => { }, "Release");
    }

    private static IEnumerable<FloorCase> Grants()
    {
        foreach (bool ack in Both)
        {
            yield return FloorCase.Of(Name("Granted", ack), FloorMessageType.Granted, ack, (ref FloorMessageWriter w) =>
            {
                w.AddDuration(30);
                w.AddAudioSsrc(0xCAFE0001);
                w.AddFloorPriority(7);
                AddTrack(ref w);
                w.AddFloorIndicator(FloorIndicator.Normal);
            }, "Granted", ["Duration: 30 seconds", "SSRC: 3405643777", "Floor Priority: 7", .. TrackRead, "Floor Indicator: Normal call (32768)"]);
        }
        yield return FloorCase.Of("Granted, off network", FloorMessageType.Granted, false, (ref FloorMessageWriter w) =>
        {
            w.AddDuration(65535);
            w.AddFloorPriority(0);
            w.AddUserId(Utf8(Alice));
            w.AddQueueSize(2);
            w.AddQueuedUserId(Utf8(Bob));
            w.AddQueueInfo(1, 9);
        }, "Granted", "Duration: 65535 seconds", "Floor Priority: 0", $"User ID: {Alice}", "Queue Size: 2", $"Queued User ID: {Bob}",
            "Queue Position Info: 1", "Queue Priority Level: 9");
    }

    private static IEnumerable<FloorCase> Takens()
    {
        foreach (bool ack in Both)
        {
            yield return FloorCase.Of(Name("Taken", ack), FloorMessageType.Taken, ack, (ref FloorMessageWriter w) =>
            {
                w.AddGrantedPartysIdentity(Utf8(Alice));
                w.AddPermissionToRequestTheFloor(true);
                w.AddMessageSequenceNumber(7);
                AddTrack(ref w);
                w.AddFloorIndicator(FloorIndicator.ImminentPeril);
                w.AddAudioSsrc(0xCAFE0001);
                w.AddFunctionalAlias(Utf8(Lead));
                w.AddLocation(2, Convert.FromHexString("21F3540102"));
            }, "Taken",
            [
                $"Granted Party's Identity: {Alice}", Permitted, "Message Sequence Number: 7", .. TrackRead, "Floor Indicator: Imminent peril call (2048)",
                "SSRC: 3405643777", $"Functional Alias: {Lead}", "Location Type: Tracking Area (2)", "Tracking Area Code: 258",
            ]);
            yield return FloorCase.Of(Name("Idle", ack), FloorMessageType.Idle, ack, (ref FloorMessageWriter w) =>
            {
                w.AddMessageSequenceNumber(65535);
                AddTrack(ref w);
                w.AddFloorIndicator(FloorIndicator.Normal);
            }, "Idle", ["Message Sequence Number: 65535", .. TrackRead, "Floor Indicator: Normal call (32768)"]);
        }
        yield return FloorCase.Of("Taken in a broadcast call", FloorMessageType.Taken, false, (ref FloorMessageWriter w) =>
        {
            w.AddGrantedPartysIdentity("sip:anonymous@anonymous.invalid"u8);
            w.AddPermissionToRequestTheFloor(false);
            w.AddMessageSequenceNumber(0);
            w.AddFloorIndicator(FloorIndicator.Broadcast);
        }, "Taken", "Granted Party's Identity: sip:anonymous@anonymous.invalid",
            "Permission to Request the Floor: The receiver is not permitted to request floor (0)", "Message Sequence Number: 0",
            "Floor Indicator: Broadcast group call (16384)");
        yield return FloorCase.Of("Taken by several", FloorMessageType.Taken, false, (ref FloorMessageWriter w) =>
        {
            w.AddGrantedPartysIdentity(Utf8(Bob));
            w.AddPermissionToRequestTheFloor(true);
            w.AddMessageSequenceNumber(9);
            w.AddFloorIndicator(FloorIndicator.MultiTalker);
            w.AddAudioSsrc(0xCAFE0002);
            w.AddListOfGrantedUsers([Utf8(Alice), Utf8(Bob)]);
            w.AddListOfFunctionalAliases([Utf8(Lead), default]);
        }, "Taken",
        [
            $"Granted Party's Identity: {Bob}", Permitted, "Message Sequence Number: 9", "Floor Indicator: Multi-talker (128)", "SSRC: 3405643778",
            "Number of users: 2", "User ID length: 20", $"User ID: {Alice}", "User ID length: 18", $"User ID: {Bob}",
            "Number of Functional Alias: 2", "Functional Alias length: 24", $"Functional Alias: {Lead}", "Functional Alias length: 0",
            "Functional Alias: ",
        ]);
        yield return FloorCase.Of("Release Multi Talker", FloorMessageType.ReleaseMultiTalker, false, (ref FloorMessageWriter w) =>
        {
            w.AddUserId(Utf8(Bob));
            w.AddAudioSsrc(0xCAFE0002);
            AddTrack(ref w);
            w.AddFloorIndicator(FloorIndicator.MultiTalker);
        }, "Release Multi Talker", [$"User ID: {Bob}", "SSRC: 3405643778", .. TrackRead, "Floor Indicator: Multi-talker (128)"]);
    }

    private static IEnumerable<FloorCase> Refusals()
    {
        foreach ((ushort cause, string read) in ((ushort, string)[])
        [
            (FloorDenyCause.AnotherClientHasPermission, "Another MCPTT client has permission"),
            (FloorDenyCause.InternalServerError, "Internal floor control server error"), (FloorDenyCause.OnlyOneParticipant, "Only one participant"),
            (FloorDenyCause.RetryAfterTimerNotExpired, "Retry-after timer has not expired"), (FloorDenyCause.ReceiveOnly, "Receive only"),
            (FloorDenyCause.NoResourcesAvailable, "No resources available"), (FloorDenyCause.QueueFull, "Queue full"),
            (FloorDenyCause.Other, "Other reason"),
        ])
        {
            yield return FloorCase.Of($"Deny {cause}", FloorMessageType.Deny, false, (ref FloorMessageWriter w) => w.AddRejectCause(cause),
                "Deny", $"Reject Cause: {read} ({cause})");
        }
        foreach ((ushort cause, string read) in ((ushort, string)[])
        [
            (FloorRevokeCause.OnlyOneClient, "Only one MCPTT client"), (FloorRevokeCause.MediaBurstTooLong, "Media burst too long"),
            (FloorRevokeCause.NoPermissionToSendMedia, "No permission to send a Media Burst"),
            (FloorRevokeCause.MediaBurstPreempted, "Media Burst pre-empted"), (FloorRevokeCause.NoResourcesAvailable, "No resources available"),
            (FloorRevokeCause.RevokedByAnotherClient, "Unknown"), // of Release 19, younger than the analyser
            (FloorRevokeCause.Other, "Other reason"),
        ])
        {
            yield return FloorCase.Of($"Revoke {cause}", FloorMessageType.Revoke, false, (ref FloorMessageWriter w) => w.AddRejectCause(cause),
                "Revoke", $"Reject Cause: {read} ({cause})");
        }
        // The analyser has no names for the causes in a Floor Deny that asks for an acknowledgement.
        foreach ((FloorMessageType type, bool ack, string cause) in ((FloorMessageType, bool, string)[])
            [(FloorMessageType.Deny, false, "Other reason (255)"), (FloorMessageType.Deny, true, "255"), (FloorMessageType.Revoke, false, "Other reason (255)")])
        {
            yield return FloorCase.Of(Name($"{type} with a phrase", ack), type, ack, (ref FloorMessageWriter w) =>
            {
                w.AddRejectCause(FloorDenyCause.Other, "später"u8);
                AddTrack(ref w);
                w.AddFloorIndicator(FloorIndicator.System);
            }, type.ToString(), [$"Reject Cause: {cause}", "Reject Phrase: später", .. TrackRead, "Floor Indicator: System call (8192)"]);
        }
    }

    private static IEnumerable<FloorCase> Queue()
    {
        yield return FloorCase.Of("Queue Position Request", FloorMessageType.QueuePositionRequest, false, AddTrack, "Queue Position Request", TrackRead);
        foreach (byte position in (byte[])[1, FloorQueuePosition.Largest, FloorQueuePosition.NotQueued, FloorQueuePosition.NotDisclosed])
        {
            yield return FloorCase.Of($"Queue Position Info, {position}", FloorMessageType.QueuePositionInfo, false,
                (ref FloorMessageWriter w) => w.AddQueueInfo(position, 5), "Queue Position Info", $"Queue Position Info: {position}", "Queue Priority Level: 5");
        }
        yield return FloorCase.Of("Queue Position Info, ack", FloorMessageType.QueuePositionInfo, true, (ref FloorMessageWriter w) =>
        {
            w.AddQueueInfo(2, 200);
            AddTrack(ref w);
            w.AddFloorIndicator(FloorIndicator.QueueingSupported);
        }, "Queue Position Info", ["Queue Position Info: 2", "Queue Priority Level: 200", .. TrackRead, "Floor Indicator: Queueing supported (1024)"]);
        foreach (bool ack in Both)
        {
            yield return FloorCase.Of(Name("Queued Floor Requests, cancel", ack), FloorMessageType.QueuedFloorRequests, ack, (ref FloorMessageWriter w) =>
            {
                w.AddQueuedFloorRequestsPurpose(QueuedFloorRequestsPurpose.CancelRequest);
                w.AddListOfQueuedUsers([Utf8(Alice), Utf8(Bob)]);
            }, QueuedRequests, "Field value: 0000", $"Field value: 02{Listed(Alice)}{Listed(Bob)}") with
            { UnknownFields = 2 };
            yield return FloorCase.Of(Name("Queued Floor Requests, result", ack), FloorMessageType.QueuedFloorRequests, ack, (ref FloorMessageWriter w) =>
            {
                w.AddQueuedFloorRequestsPurpose(QueuedFloorRequestsPurpose.CancelResult);
                w.AddListOfQueuedUsers([Utf8(Bob)]);
                w.AddResponseState(QueuedFloorRequestsResponse.PartiallyRemoved);
            }, QueuedRequests, "Field value: 0001", $"Field value: 01{Listed(Bob)}", "Field value: 0005") with
            { UnknownFields = 3 };
            yield return FloorCase.Of(Name("Queued Floor Requests, notification", ack), FloorMessageType.QueuedFloorRequests, ack, (ref FloorMessageWriter w) =>
            {
                w.AddQueuedFloorRequestsPurpose(QueuedFloorRequestsPurpose.CancelNotification);
                w.AddUserId(Utf8(Alice));
            }, QueuedRequests, "Field value: 0002", $"User ID: {Alice}") with
            { UnknownFields = 1 };
        }
    }

    private static IEnumerable<FloorCase> Others()
    {
        foreach ((FloorMessageType acknowledged, string name) in ((FloorMessageType, string)[])
        [
            (FloorMessageType.Granted, "Floor Granted"), (FloorMessageType.Taken, "Floor Taken"), (FloorMessageType.Deny, "Floor Deny"),
            (FloorMessageType.Release, "Floor Release"), (FloorMessageType.Idle, "Floor Idle"),
            (FloorMessageType.QueuePositionInfo, "Floor Queue Position Info"),
            (FloorMessageType.UnicastMediaFlowControl, "Unicast Media Flow Control"), (FloorMessageType.QueuedFloorRequests, "Floor Queued Cancel"),
        ])
        {
            yield return FloorCase.Of($"Ack of {acknowledged}", FloorMessageType.Ack, false, (ref FloorMessageWriter w) =>
            {
                w.AddSource(FloorSource.ControllingFunction);
                w.AddMessageType(acknowledged);
            }, "Ack", "Source: The controlling MCPTT function is the source (2)", $"Message Type: {name} ({(int)acknowledged})");
        }
        foreach ((FloorSource source, string name) in ((FloorSource, string)[])
        [
            (FloorSource.FloorParticipant, "floor participant"), (FloorSource.ParticipatingFunction, "participating MCPTT function"),
            (FloorSource.ControllingFunction, "controlling MCPTT function"), (FloorSource.NonControllingFunction, "non-controlling MCPTT function"),
        ])
        {
            yield return FloorCase.Of($"Ack from {source}", FloorMessageType.Ack, false, (ref FloorMessageWriter w) =>
            {
                w.AddSource(source);
                w.AddMessageType(FloorMessageType.Granted);
                AddTrack(ref w);
                w.AddLocation(3, Convert.FromHexString("21F354"));
            }, "Ack", [$"Source: The {name} is the source ({(int)source})", "Message Type: Floor Granted (1)", .. TrackRead, "Location Type: PLMN ID (3)"]);
        }
        foreach (bool ack in Both)
        {
            foreach (bool resume in Both)
            {
                yield return FloorCase.Of(Name(resume ? "Media resumed" : "Media stopped", ack), FloorMessageType.UnicastMediaFlowControl, ack,
                    (ref FloorMessageWriter w) => w.AddMediaFlowControlIndicator(resume),
                    "Unicast Media Flow Control", resume ? "Field value: 8000" : "Field value: 0000") with
                { UnknownFields = 1 };
            }
        }
    }

    private static IEnumerable<FloorCase> Indicators()
    {
        foreach ((FloorIndicator indicator, string read) in ((FloorIndicator, string)[])
        [
            (FloorIndicator.Normal, "Normal call (32768)"), (FloorIndicator.Broadcast, "Broadcast group call (16384)"),
            (FloorIndicator.System, "System call (8192)"), (FloorIndicator.Emergency, "Emergency call (4096)"),
            (FloorIndicator.ImminentPeril, "Imminent peril call (2048)"), (FloorIndicator.QueueingSupported, "Queueing supported (1024)"),
            (FloorIndicator.DualFloor, "Dual floor (512)"), (FloorIndicator.TemporaryGroup, "Temporary group call (256)"),
            (FloorIndicator.MultiTalker, "Multi-talker (128)"),
            // The analyser takes the bits for numbers of kinds.
            (FloorIndicator.Normal | FloorIndicator.QueueingSupported, "Unknown (33792)"),
            (FloorIndicator.Broadcast | FloorIndicator.MultiTalker, "Unknown (16512)"),
        ])
        {
            yield return FloorCase.Of($"Indicator {indicator}", FloorMessageType.Idle, false,
                (ref FloorMessageWriter w) => w.AddFloorIndicator(indicator), "Idle", $"Floor Indicator: {read}");
        }
    }

    private static (byte Type, string Hex, string[] Read)[] Locations() =>
    [
        (0, "", ["Location Type: Not provided (0)"]),
        (1, "21F3540123456F",
            ["Location Type: ECGI (1)", "ECI (E-UTRAN Cell Identifier): 19088751", "eNodeB Id: 74565", "CellId: 111"]),
        (2, "21F3540102", ["Location Type: Tracking Area (2)", "Tracking Area Code: 258"]),
        (3, "21F354", ["Location Type: PLMN ID (3)"]),
        (4, "0304", ["Location Type: MBMS Service Area (4)", "MBMS Service Area: 772"]),
        (5, "07", ["Location Type: MBSFN Area ID (5)", "MBSFN Area ID: 7"]),
        (6, "400000C00000", ["Location Type: Geographic coordinates (6)", "Latitude value: 4194304", "Longitude value: -4194304"]),
    ];

    private static void AddTrack(ref FloorMessageWriter w) => w.AddTrackInfo(true, "dispatcher"u8, [0x10203040, uint.MaxValue]);

    private static string Name(string name, bool ack) => ack ? $"{name}, ack" : name;

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static string Listed(string text) => Convert.ToHexStringLower([(byte)text.Length, .. Utf8(text)]);
}
