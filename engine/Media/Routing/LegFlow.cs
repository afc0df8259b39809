using MediaEngine.Srtp;

namespace MediaEngine.Media;

/// <summary>One of the two streams of a leg, audio or floor control: where its peer is and which SSRC it uses.</summary>
internal sealed class LegFlow(MediaLeg leg, SocketAddressKey address, SrtcpReceiver? control = null)
{
    public MediaLeg Leg { get; } = leg;

    /// <summary>The leg's; here too, so that it can be fetched before the leg has come.</summary>
    public MediaCall Call { get; } = leg.Call;

    /// <summary>What opens floor control; null of audio.</summary>
    public SrtcpReceiver? Control { get; } = control;

    /// <summary>Where signalling said the peer is.</summary>
    public SocketAddressKey Declared { get; } = address;

    /// <summary><see cref="Declared"/>, then learned from authenticated packets.</summary>
    public SocketAddressKey Address { get; set; } = address;

    /// <summary>SSRC of the last authenticated packet; before the first the announced one, 0 when there is none.</summary>
    public uint Ssrc { get; set; }
}
