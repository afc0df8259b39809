using System.Net;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>A transaction layer in virtual time: every effect is recorded with the millisecond it came out at.</summary>
internal sealed class TransactionBench
{
    public const string Token = "token";
    private static readonly IPEndPoint Local = new(IPAddress.Parse("192.0.2.1"), 5060);
    public static readonly IPEndPoint Peer = new(IPAddress.Parse("192.0.2.7"), 5071);
    private readonly SipEffects _effects = new();

    public TransactionBench(SipTransportKind transport, SipTransactionOptions? options = null)
    {
        Transport = transport;
        Flow = new SipFlow(transport, Local, Peer, transport == SipTransportKind.Tcp ? 1 : 0);
        Layer = new SipTransactionLayer(options ?? new SipTransactionOptions(), new SeededEntropy());
    }

    public SipTransportKind Transport { get; }

    public SipFlow Flow { get; }

    public SipTransactionLayer Layer { get; }

    public Instant Now { get; private set; } = Instant.FromMilliseconds(1000);

    public List<(long At_ms, SipEffect Effect)> Log { get; } = [];

    public SipTransactionId Client { get; private set; }

    public SipRequest LastSentRequest => (SipRequest)Sent[^1].Message;

    /// <summary>Everything sent, parsed, with its time since the start.</summary>
    public List<(long At_ms, SipMessage Message)> Sent => [.. Log.Where(item => item.Effect.Kind == SipEffectKind.Send).Select(item =>
    {
        Assert.Equal(SipParseOutcome.Ok, SipParser.TryParse(item.Effect.Bytes.Span, SipLimits.Default, out SipMessage? message));
        return (item.At_ms, message!);
    })];

    public long[] SentAt => [.. Sent.Select(item => item.At_ms)];

    public int[] SentStatuses => [.. Sent.Select(item => item.Message).OfType<SipResponse>().Select(response => response.Status)];

    public int[] Delivered => [.. Log.Where(item => item.Effect.Kind == SipEffectKind.DeliverResponse)
        .Select(item => ((SipResponse)item.Effect.Message!).Status)];

    public List<(SipTransactionId Id, SipRequest Request)> Requests => [.. Log.Where(item => item.Effect.Kind == SipEffectKind.DeliverRequest)
        .Select(item => (item.Effect.Transaction, (SipRequest)item.Effect.Message!))];

    public List<(long At_ms, object Token, SipFailure Failure)> Failures => [.. Log.Where(item => item.Effect.Kind == SipEffectKind.Failed)
        .Select(item => (item.At_ms, item.Effect.Token!, item.Effect.Failure))];

    public SipTransactionId Send(string method, string extra = "")
    {
        string text = SipText.Minimal(method, extra + "\n");
        SipRequest request = SipText.Request(text);
        request.Headers.Remove("Via");
        return Send(request);
    }

    public SipTransactionId Send(SipRequest request)
    {
        Do((now, effects) => Client = Layer.SendRequest(Token, request, new SipDestination(Transport, Peer), now, effects));
        return Client;
    }

    /// <summary>The peer answers the first request we sent with that method (or the very first).</summary>
    public void Answer(int status, string? method = null, string tag = "tb")
    {
        SipRequest request = Sent.Select(item => item.Message).OfType<SipRequest>().First(sent => method is null || sent.Method == method);
        Receive(SipResponse.For(request, status, toTag: tag));
    }

    public void Receive(SipMessage message) => Do((now, effects) =>
    {
        Assert.Equal(SipParseOutcome.Ok, SipParser.TryParse(message.ToBytes(), SipLimits.Default, out SipMessage? parsed));
        Layer.Receive(parsed!, Flow, now, effects);
    });

    /// <summary>A datagram, treated as the stack does: what cannot be read but answered is rejected, the rest dropped.</summary>
    public void Receive(ReadOnlySpan<byte> datagram, SipLimits limits)
    {
        SipParseOutcome outcome = SipParser.TryParse(datagram, limits, out SipMessage? message);
        Do((now, effects) =>
        {
            if (outcome == SipParseOutcome.Ok)
                Layer.Receive(message!, Flow, now, effects);
            else if (message is SipRequest request)
                Layer.Reject(request, outcome == SipParseOutcome.BadRequest ? 400 : 505, Flow, now, effects);
        });
    }

    public SipTransactionId ReceiveRequest(string method, string branch = "z9hG4bKabc", string toTag = "", string callId = "c1@example.org")
    {
        int before = Requests.Count;
        Receive(SipText.Request(SipText.Minimal(method, "\n", branch, callId, toTag)));
        return Requests.Count > before ? Requests[^1].Id : default;
    }

    public bool Respond(SipTransactionId id, int status)
    {
        bool taken = false;
        SipRequest request = Requests.First(item => item.Id == id).Request;
        Do((now, effects) => taken = Layer.Respond(id, SipResponse.For(request, status), now, effects));
        return taken;
    }

    public void Cancel() => Do((now, effects) => Layer.Cancel(Token, now, effects));

    public void FailTransport(SipTransactionId id) => Do((now, effects) => Layer.TransportFailed(id, now, effects));

    /// <summary>Moves time on, stopping at every deadline.</summary>
    public void Advance(long milliseconds)
    {
        Instant end = Now + TimeSpan.FromMilliseconds(milliseconds);
        for (int steps = 0; Layer.NextDeadline <= end; steps++)
        {
            Assert.True(steps < 1000, "The layer asks for the same wake-up again and again.");
            Assert.True(Layer.NextDeadline >= Now);
            Now = Layer.NextDeadline;
            Do(Layer.Expire);
        }
        Now = end;
        Do(Layer.Expire);
    }

    private void Do(Action<Instant, SipEffects> action)
    {
        _effects.Clear();
        action(Now, _effects);
        for (int i = 0; i < _effects.Count; i++)
            Log.Add((Now.Milliseconds - 1000, _effects[i]));
    }

    private sealed class SeededEntropy : IEntropy
    {
        private readonly Random _random = new(7);

        public void Fill(Span<byte> destination) => _random.NextBytes(destination);
    }
}
