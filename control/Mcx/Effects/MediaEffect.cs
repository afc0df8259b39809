using System.Net;
using MediaEngine.Floor;
using MediaEngine.Keys;

namespace MediaEngine.Mcx;

/// <summary>What the media plane is asked to do. The host carries these over the media plane's own interface.</summary>
public abstract record MediaEffect(ulong Call)
{
    public sealed record OpenCall(ulong Call, string GroupIdentity, FloorPolicy FloorPolicy, GroupMasterKey MediaKey, IPEndPoint? Multicast)
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

    public sealed record RemoveLeg(ulong Call, int Leg) : MediaEffect(Call);
}
