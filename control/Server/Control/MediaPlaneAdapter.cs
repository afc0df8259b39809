using System.Net;
using MediaEngine.Mcx;
using MediaEngine.Media;

namespace MediaEngine.Server;

/// <summary>Carries what the MC system wants of the media plane through its interface.</summary>
internal static class MediaPlaneAdapter
{
    public static MediaCommand ToCommand(MediaEffect effect, IPAddress multicastInterface, int timeToLive) => effect switch
    {
        MediaEffect.OpenCall open => new OpenCall(
            new CallId(open.Call),
            open.GroupIdentity,
            open.FloorPolicy,
            open.MediaKey,
            open.Multicast is null ? null : new MulticastBearer(open.Multicast, multicastInterface, timeToLive)),
        MediaEffect.InstallGroupKey install => new InstallGroupKey(new CallId(install.Call), install.MediaKey),
        MediaEffect.RetireGroupKey retire => new RetireGroupKey(new CallId(retire.Call), retire.GmkId),
        MediaEffect.CloseCall close => new CloseCall(new CallId(close.Call)),
        MediaEffect.AddLeg leg => new AddLeg(
            new CallId(leg.Call),
            new LegId(leg.Leg),
            leg.McpttId,
            leg.Audio,
            leg.Floor,
            leg.ClientServerKey,
            leg.ServerSsrc,
            leg.OverMulticast ? LegDelivery.Multicast : LegDelivery.Unicast,
            leg.Profile,
            leg.ImplicitFloorRequest)
        {
            FloorSsrc = leg.FloorSsrc,
        },
        MediaEffect.SetFloorPolicy set => new SetFloorPolicy(new CallId(set.Call), set.FloorPolicy),
        MediaEffect.RequestFloor request => new RequestFloor(new CallId(request.Call), new LegId(request.Leg), request.CallType),
        MediaEffect.RemoveLeg leg => new RemoveLeg(new CallId(leg.Call), new LegId(leg.Leg)),
        _ => throw new ArgumentOutOfRangeException(nameof(effect), effect.GetType().Name),
    };
}
