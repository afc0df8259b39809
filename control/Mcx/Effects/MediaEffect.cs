using System.Net;
using MediaEngine.Floor;
using MediaEngine.Keys;

namespace MediaEngine.Mcx;

/// <summary>What the media plane is asked to do. The host carries these over the media plane's own interface.</summary>
public abstract record MediaEffect(ulong Call)
{
    public sealed record OpenCall(ulong Call, string GroupIdentity, FloorPolicy FloorPolicy, GroupMasterKey MediaKey, IPEndPoint? Multicast)
        : MediaEffect(Call);

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
        : MediaEffect(Call);

    public sealed record RemoveLeg(ulong Call, int Leg) : MediaEffect(Call);
}
