using System.Net;
using MediaEngine.Mcx;
using MediaEngine.Media;

namespace MediaEngine.Server;

/// <summary>Carries what the MC system wants of the media plane through its interface.</summary>
internal static class MediaPlaneAdapter
{
    public static MediaCommand ToCommand(MediaEffect effect, MulticastOptions? multicast, IPAddress multicastInterface) => effect switch
    {
        MediaEffect.OpenCall open => new OpenCall(
            new CallId(open.Call),
            open.GroupIdentity,
            open.FloorPolicy,
            open.MediaKey,
            open.Multicast is { } subchannel && multicast is not null ? SubchannelOf(subchannel, multicast, multicastInterface) : null),
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
        MediaEffect.ChangeLeg leg => new ChangeLeg(
            new CallId(leg.Call), new LegId(leg.Leg), leg.OverMulticast ? LegDelivery.Multicast : LegDelivery.Unicast),
        MediaEffect.ReportListening report => new ReportListening(new CallId(report.Call), new LegId(report.Leg), report.Listens),
        MediaEffect.ReplaceFloorKey replace => new ReplaceFloorKey(new CallId(replace.Call), new MulticastKey(replace.Key, replace.Ssrc)),
        MediaEffect.RemoveLeg leg => new RemoveLeg(new CallId(leg.Call), new LegId(leg.Leg)),
        MediaEffect.WatchFloor watch => new WatchFloor(new CallId(watch.Call), watch.On),
        _ => throw new ArgumentOutOfRangeException(nameof(effect), effect.GetType().Name),
    };

    private static MulticastSubchannel SubchannelOf(CallSubchannel subchannel, MulticastOptions options, IPAddress multicastInterface) => new()
    {
        Bearer = new MulticastBearer(options.GeneralPurpose, multicastInterface, options.TimeToLive),
        Media = subchannel.Media,
        Floor = subchannel.Floor,
        Tmgi = options.Tmgi.Octets,
        FloorKey = new MulticastKey(subchannel.FloorKey, subchannel.FloorSsrc),
        ControlKey = new MulticastKey(subchannel.ControlKey, subchannel.ControlSsrc),
        MinimumListeners = options.MinimumListeners,
        T15 = options.T15,
        T16 = options.T16,
        T17 = options.T17,
        C17 = options.C17,
    };
}
