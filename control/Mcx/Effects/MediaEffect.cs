using System.Net;
using MediaEngine.Floor;
using MediaEngine.Keys;

namespace MediaEngine.Mcx;

/// <summary>What the media plane is asked to do. The host carries these over the media plane's own interface.</summary>
public abstract record MediaEffect(ulong Call)
{
    public sealed record OpenCall(ulong Call, string GroupIdentity, FloorPolicy FloorPolicy, GroupMasterKey MediaKey, CallSubchannel? Multicast)
        : MediaEffect(Call);

    /// <summary>One more GMK under which media of the call is accepted.</summary>
    public sealed record InstallGroupKey(ulong Call, GroupMasterKey MediaKey) : MediaEffect(Call);

    /// <summary>Media of the call is no longer accepted under this GMK.</summary>
    public sealed record RetireGroupKey(ulong Call, KeyIdentifier GmkId) : MediaEffect(Call);

    public sealed record CloseCall(ulong Call) : MediaEffect(Call);

    public sealed record AddLeg(
        ulong Call,
        int Leg,
        string McpttId,
        IPEndPoint Audio,
        IPEndPoint Floor,
        ClientServerKey ClientServerKey,
        uint ServerSsrc,
        bool OverMulticast,
        FloorParticipantProfile Profile,
        bool ImplicitFloorRequest)
        : MediaEffect(Call)
    {
        /// <summary>The SSRC of its floor control messages, 0 when none was agreed.</summary>
        public uint FloorSsrc { get; init; }
    }

    /// <summary>The rules of floor control from now on.</summary>
    public sealed record SetFloorPolicy(ulong Call, FloorPolicy FloorPolicy) : MediaEffect(Call);

    /// <summary>A session upgrade that is a floor request too.</summary>
    public sealed record RequestFloor(ulong Call, int Leg, FloorIndicator CallType) : MediaEffect(Call);

    /// <summary>The leg may, or may not, be reached by multicast when the call is mapped and it listens.</summary>
    public sealed record ChangeLeg(ulong Call, int Leg, bool OverMulticast) : MediaEffect(Call);

    /// <summary>The leg listens, or no longer listens, on the subchannel the call is mapped to.</summary>
    public sealed record ReportListening(ulong Call, int Leg, bool Listens) : MediaEffect(Call);

    /// <summary>Floor control on the call's subchannel is protected with another key from now on.</summary>
    public sealed record ReplaceFloorKey(ulong Call, McxKey Key, uint Ssrc) : MediaEffect(Call);

    public sealed record RemoveLeg(ulong Call, int Leg) : MediaEffect(Call);

    /// <summary>Begins or ends reports about the floor.</summary>
    public sealed record WatchFloor(ulong Call, bool On) : MediaEffect(Call);
}
