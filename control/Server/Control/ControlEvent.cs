using MediaEngine.Keys;
using MediaEngine.Media;
using MediaEngine.Sip;

namespace MediaEngine.Server;

/// <summary>One input of the control loop.</summary>
internal abstract record ControlEvent
{
    internal sealed record Request(SipTransactionId Transaction, SipRequest Message, SipFlow Flow) : ControlEvent;

    internal sealed record Response(long Token, SipResponse Message) : ControlEvent;

    internal sealed record Failure(long Token, SipFailure Reason) : ControlEvent;

    internal sealed record Unacknowledged(SipTransactionId Transaction) : ControlEvent;

    internal sealed record FlowClosed(SipFlow Flow) : ControlEvent;

    internal sealed record Report(MediaReport Message) : ControlEvent;

    internal sealed record KeyMessageMade(long Ticket, byte[]? Message) : ControlEvent;

    internal sealed record KeyUploadOpened(long Ticket, MikeyError Error, McxKey? Key) : ControlEvent;

    internal sealed record WatchFloor(ulong Call, bool On) : ControlEvent;

    internal sealed record Inspect(Action<Mcx.McSystem> Look) : ControlEvent;
}
