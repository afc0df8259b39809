using System.Net;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.SipFuzz;

/// <summary>
/// A transaction layer with a user who answers, in calls both ways, to whom the octets come as a stream of messages; then time
/// passes until every timer has run out. The same octets give the same conversation.
/// </summary>
public sealed class SipConversation : IEntropy
{
    private const int MostSteps = 5_000;
    private static readonly IPEndPoint s_local = new(IPAddress.Loopback, 5060);
    private static readonly IPEndPoint s_peer = new(new IPAddress([192, 0, 2, 7]), 5071);
    private static readonly SipDestination s_destination = new(SipTransportKind.Udp, s_peer);
    private static readonly SipRequest s_invite = NewRequest(SipMethods.Invite);
    private static readonly SipRequest s_options = NewRequest(SipMethods.Options);
    private static readonly SipCapabilities s_capabilities = new()
    {
        Methods = [SipMethods.Invite, SipMethods.Ack, SipMethods.Cancel, SipMethods.Bye, SipMethods.Message, SipMethods.Register, SipMethods.Options],
        Extensions = ["100rel", "timer"],
        ContentTypes = ["application/sdp", "text/plain"],
    };

    private readonly SipTransactionLayer _layer;
    private readonly SipEffects _effects = new();
    private readonly SipFlow _flow = new(SipTransportKind.Udp, s_local, s_peer, 0);
    private readonly SipStanding _standing;
    private Instant _now = Instant.FromMilliseconds(1000);
    private int _handled;
    private byte _entropy;

    private SipConversation(SipStanding standing)
    {
        _standing = standing;
        _layer = new SipTransactionLayer(new SipTransactionOptions { MaxTransactions = 64 }, this);
    }

    /// <summary>What the peer sees of the calls made to it: answers to these fit.</summary>
    public static IReadOnlyList<byte[]> OwnRequests()
    {
        var conversation = new SipConversation(SipStanding.Priority);
        conversation.Call();
        return [.. Enumerable.Range(0, conversation._effects.Count).Select(i => conversation._effects[i].Bytes.ToArray())];
    }

    public static void Run(ReadOnlySpan<byte> octets)
    {
        var conversation = new SipConversation((SipStanding)(octets.Length % 3));
        conversation.Call();
        conversation.ReceiveAll(octets);
        conversation.RunOut();
    }

    void IEntropy.Fill(Span<byte> destination) => destination.Fill(++_entropy);

    private static SipRequest NewRequest(string method)
    {
        var request = new SipRequest(method, "sip:service@example.org");
        request.Headers.Add("Max-Forwards", "70").Add("From", "<sip:a@example.org>;tag=fa").Add("To", "<sip:service@example.org>")
            .Add("Call-ID", $"own-{method}").Add("CSeq", $"1 {method}").Add("Contact", "<sip:a@127.0.0.1:5060>");
        return request;
    }

    private void Call()
    {
        _layer.SendRequest(s_invite, s_invite, s_destination, _now, _effects);
        _layer.SendRequest(s_options, s_options, s_destination, _now, _effects);
    }

    private void ReceiveAll(ReadOnlySpan<byte> octets)
    {
        while (octets.Length > 0)
        {
            // As the stream has them; what it would close the connection for is one datagram.
            SipFrameOutcome framed = SipFramer.TryFrame(octets, SipLimits.Default, out int length);
            if (framed is not (SipFrameOutcome.Message or SipFrameOutcome.Ping or SipFrameOutcome.Pong))
                length = octets.Length;
            Receive(octets[..length]);
            octets = octets[length..];
            _now += TimeSpan.FromMilliseconds(100);
            _layer.Expire(_now, _effects);
            Handle();
        }
    }

    private void Receive(ReadOnlySpan<byte> octets)
    {
        SipParseOutcome outcome = SipParser.TryParse(octets, SipLimits.Default, out SipMessage? message);
        if (outcome == SipParseOutcome.Ok)
            _layer.Receive(message!, _flow, _now, _effects, _standing);
        else if (message is SipRequest request)
            _layer.Reject(request, outcome == SipParseOutcome.BadRequest ? 400 : 505, _flow, _now, _effects);
        Handle();
    }

    private void RunOut()
    {
        for (int step = 0; !_layer.NextDeadline.IsNever; step++)
        {
            Assert.True(step < MostSteps, "It never ends.");
            if (_layer.NextDeadline > _now)
                _now = _layer.NextDeadline;
            _layer.Expire(_now, _effects);
            Handle();
        }
        Assert.Equal(0, _layer.Count);
    }

    private void Handle()
    {
        for (; _handled < _effects.Count; _handled++)
        {
            SipEffect effect = _effects[_handled];
            switch (effect.Kind)
            {
                case SipEffectKind.Send:
                    Assert.True(SipFramer.TryFrame(effect.Bytes.Span, SipLimits.Default, out int length) == SipFrameOutcome.Message && length == effect.Bytes.Length,
                        "What is sent is not one message.");
                    break;
                case SipEffectKind.DeliverRequest:
                    Answer(effect.Transaction, (SipRequest)effect.Message!);
                    break;
                case SipEffectKind.DeliverResponse:
                    TakeAnswer(effect.Token!, (SipResponse)effect.Message!);
                    break;
            }
        }
    }

    private void Answer(SipTransactionId transaction, SipRequest request)
    {
        if (request.Method == SipMethods.Ack)
            return;
        SipResponse response = s_capabilities.Refusal(request) ?? SipResponse.For(request, request.Method == SipMethods.Cancel ? 487 : 200, toTag: "tb");
        if (request.Method == SipMethods.Invite && response.IsSuccess)
        {
            _layer.Respond(transaction, SipResponse.For(request, 180, toTag: "tb"), _now, _effects);
            response.Headers.Add("Contact", "<sip:a@127.0.0.1:5060>");
        }
        if (!_layer.Respond(transaction, response, _now, _effects) || request.Method != SipMethods.Invite || !response.IsSuccess)
            return;
        var dialog = SipDialog.FromServer(request, response);
        _layer.SendRequest(dialog, dialog.CreateRequest(SipMethods.Bye), s_destination, _now, _effects);
    }

    private void TakeAnswer(object token, SipResponse response)
    {
        if (token != s_invite || !response.IsSuccess)
            return;
        var dialog = SipDialog.FromClient(s_invite, response);
        _layer.SendAck(dialog.CreateAck(s_invite.CSeq.Number), s_destination, _now, _effects);
        _layer.SendRequest(dialog, dialog.CreateRequest(SipMethods.Bye), s_destination, _now, _effects);
    }
}
