using System.Threading.Channels;

namespace MediaEngine.Media;

/// <summary>All the control plane knows of the media plane. Safe to call from several threads.</summary>
public interface IMediaPlane
{
    /// <summary>The endpoints a call has or will have; the same for the whole life of the call.</summary>
    MediaEndpoints EndpointsFor(CallId call);

    /// <summary>
    /// Hands a command over. False when the queue is full: nothing happened, submit again later. A command that turns
    /// out to be impossible is answered with <see cref="CommandRefused"/>. Commands of one call keep their order.
    /// </summary>
    bool TrySubmit(MediaCommand command);

    /// <summary>What happened in the calls. Bounded: a slow reader loses the oldest <see cref="FloorChanged"/> first.</summary>
    ChannelReader<MediaReport> Reports { get; }

    MediaCounters ReadCounters();
}
