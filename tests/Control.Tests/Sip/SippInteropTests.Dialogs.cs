using System.Net;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

// What RFC 3262, 3311 and 4028 add to dialogs, spoken by SIPp. Their times are tested in virtual time.
public sealed partial class SippInteropTests
{
    [Theory]
    [InlineData("session-timer.xml", "u1")]
    [InlineData("session-timer.xml", "t1")]
    [InlineData("prack.xml", "u1")]
    [InlineData("prack.xml", "t1")]
    [InlineData("glare.xml", "u1")]
    public async Task Sipp_calls_a_callee_with_sessions(string scenario, string transport)
    {
        RequireSipp();
        await using StackPeer server = new();
        var callee = new Callee(crosses: scenario == "glare.xml");
        server.Handler = callee.Take;
        IPEndPoint target = server.Stack.EndPoint(transport == "u1" ? SipTransportKind.Udp : SipTransportKind.Tcp);
        await RunSippAsync($"-sf {Path.Combine(Folder(), "Scenarios", scenario)} {target} -t {transport} -m 1");
        Assert.Equal(0, server.Stack.Counters[SipCounter.MalformedDropped] + server.Stack.Counters[SipCounter.BadRequestAnswered]);
    }

    /// <summary>Answers one call. Everything comes on the stack's thread but what waits for the end of a glare.</summary>
    private sealed class Callee(bool crosses)
    {
        private static readonly SessionTimerOptions Options = new();
        private static readonly byte[] Description = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n"u8.ToArray();

        private ReliableProvisionals? _provisionals;
        private SipTransactionId _invite;
        private SipSession? _session;
        private SipRequest? _ours;

        public void Take(StackPeer peer, SipTransactionId id, SipRequest request, SipFlow flow)
        {
            if (request.Method == SipMethods.Ack)
            {
                if (crosses && _ours is null)
                    _ = CrossAsync(peer, flow);
                return;
            }
            if (request.Method == SipMethods.Prack)
            {
                var released = new List<SipResponse>();
                peer.Stack.Respond(id, _provisionals!.Acknowledge(request, Instant.Zero, released));
                released.ForEach(response => peer.Stack.Respond(_invite, response));
            }
            else if (request.Method == SipMethods.Bye)
                peer.Stack.Respond(id, SipResponse.For(request, 200));
            else if (request.To!.Tag is not null)
                peer.Stack.Respond(id, _session!.Refusal(request) ?? Succeed(request, flow));
            else if (SessionTimer.Refusal(request, Options) is { } refusal)
                peer.Stack.Respond(id, refusal);
            else
                Begin(peer, id, request, flow);
        }

        private void Begin(StackPeer peer, SipTransactionId id, SipRequest invite, SipFlow flow)
        {
            SipResponse ok = Answer(invite, 200, flow);
            _session = SipSession.Accept(invite, ok, Options, peer, Instant.Zero);
            _invite = id;
            _provisionals = new ReliableProvisionals(invite, peer, TimeSpan.FromMilliseconds(500));
            var released = new List<SipResponse>();
            if (_provisionals.AreReliable)
                _provisionals.Send(Answer(invite, 183, flow), Instant.Zero, released);
            _provisionals.Send(ok, Instant.Zero, released);
            released.ForEach(response => peer.Stack.Respond(id, response));
        }

        private SipResponse Succeed(SipRequest request, SipFlow flow)
        {
            SipResponse ok = Answer(request, 200, flow);
            _session!.Succeed(request, ok, Instant.Zero);
            return ok;
        }

        private async Task CrossAsync(StackPeer peer, SipFlow flow)
        {
            var destination = new SipDestination(flow.Transport, flow.Remote, flow);
            while (true)
            {
                _ours = _session!.CreateRefresh();
                _ours.Headers.Add("Contact", $"<sip:b@{flow.Local}>");
                _ours.SetBody("application/sdp", Description);
                peer.Stack.SendRequest(_ours, _ours, destination);
                SipResponse? response = await peer.OutcomeAsync(_ours);
                _session.Answered(response!, Instant.Zero);
                if (response!.IsSuccess)
                {
                    peer.Stack.SendAck(_session.Dialog.CreateAck(_ours.CSeq.Number), destination);
                    return;
                }
                await Task.Delay(_session.RetryAt - Instant.Zero, TestContext.Current.CancellationToken);
            }
        }

        private static SipResponse Answer(SipRequest request, int status, SipFlow flow)
        {
            var response = SipResponse.For(request, status, toTag: "tb");
            response.Headers.Add("Contact", $"<sip:b@{flow.Local}>");
            if (request.Body.Length > 0)
                response.SetBody("application/sdp", Description);
            return response;
        }
    }
}
