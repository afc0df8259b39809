using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>Overload: bounded memory, strangers are refused first and emergencies last.</summary>
public sealed class SipOverloadTests
{
    [Fact]
    public void As_the_table_fills_strangers_are_refused_first_and_emergencies_last()
    {
        var layer = new SipTransactionLayer(new SipTransactionOptions { MaxTransactions = 100 }, new Zeroes());
        var flow = new SipFlow(SipTransportKind.Udp, new IPEndPoint(IPAddress.Loopback, 5060), new IPEndPoint(IPAddress.Parse("192.0.2.7"), 5071), 0);
        var effects = new SipEffects();
        int number = 0;
        int[] taken = new int[3];
        foreach (SipStanding standing in (SipStanding[])[SipStanding.Stranger, SipStanding.Known, SipStanding.Priority])
        {
            while (true)
            {
                effects.Clear();
                SipRequest request = SipText.Request(SipText.Minimal("MESSAGE", "\n", $"z9hG4bKb{number}", $"c{number}"));
                number++;
                layer.Receive(request, flow, Instant.FromMilliseconds(1), effects, standing);
                if (effects[0].Kind == SipEffectKind.Send)
                    break;
                Assert.Equal(SipEffectKind.DeliverRequest, effects[0].Kind);
                taken[(int)standing]++;
            }
            Assert.Equal(SipParseOutcome.Ok, SipParser.TryParse(effects[0].Bytes.Span, SipLimits.Default, out SipMessage? answer));
            Assert.Equal((503, "5"), (((SipResponse)answer!).Status, answer.Headers.Get("Retry-After")));
        }
        Assert.Equal([75, 15, 10], taken);
        Assert.Equal(100, layer.Count);
    }

    [Fact]
    public async Task A_flood_ten_times_the_queue_is_dropped_in_bounded_memory_and_a_known_flow_goes_first()
    {
        const int limit_bytes = 64 * 1024, limit_messages = 200;
        using var gate = new ManualResetEventSlim();
        var order = new List<string>();
        var served = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using StackPeer server = new(change: options => options with { ReceiveQueue_bytes = limit_bytes, ReceiveQueue_messages = limit_messages, Transactions = options.Transactions with { T1 = StackPeer.Patience } });
        server.Handler = (peer, id, request, flow) =>
        {
            order.Add(request.CallId);
            if (request.CallId == "known")
                peer.Stack.Vouch(flow);
            if (request.CallId == "block")
                gate.Wait(StackPeer.Patience);
            if (request.CallId.StartsWith("flood", StringComparison.Ordinal))
                served.TrySetResult();
            StackPeer.AnswerOk(peer, id, request, flow);
        };
        IPEndPoint udp = server.Stack.EndPoint(SipTransportKind.Udp);
        using StreamPeer known = await StreamPeer.ConnectAsync(server.Stack.EndPoint(SipTransportKind.Tcp));
        await known.SendAsync(SipText.Bytes(SipText.Minimal("MESSAGE", "Content-Length: 0\n\n", "z9hG4bKknown", "known")));
        await known.ReadAsync();
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await client.SendAsync(SipText.Bytes(SipText.Minimal("MESSAGE", "\n", "z9hG4bKblock", "block")), udp);
        while ((await server.RequestAsync()).Request.CallId != "block")
        {
        }
        for (int i = 0; i < 10 * limit_messages; i++)
            await client.SendAsync(SipText.Bytes(SipText.Minimal("MESSAGE", "\n" + new string('x', 400), "z9hG4bKf" + i, "flood" + i)), udp);
        await SipTlsTests.WaitForAsync(server, SipCounter.QueueFullDropped, 1);
        Assert.InRange(server.Stack.ReceiveQueued_bytes, 1, limit_bytes - (limit_bytes / 4));
        // All datagrams were read by now, or dropped by the socket: the queue only grows by the known flow's message.
        long full = server.Stack.ReceiveQueued_bytes;
        await known.SendAsync(SipText.Bytes(SipText.Minimal("MESSAGE", "Content-Length: 0\n\n", "z9hG4bKurgent", "urgent")));
        await UntilAsync(() => server.Stack.ReceiveQueued_bytes != full);
        gate.Set();
        await served.Task.WaitAsync(StackPeer.Patience);
        Assert.Equal(["known", "block", "urgent"], order.Take(3));
    }

    [Fact]
    public async Task A_busy_user_gets_what_is_urgent_and_the_rest_when_it_is_free()
    {
        await using StackPeer server = new();
        using StreamPeer client = await StreamPeer.ConnectAsync(server.Stack.EndPoint(SipTransportKind.Tcp));
        await client.SendAsync(Message("first"));
        server.Stack.Vouch((await server.RequestAsync()).Flow, mayClaimPriority: true);
        server.IsBusy = true;

        await client.SendAsync(Message("ordinary"));
        await client.SendAsync(Message("urgent", "Resource-Priority: mcpttp.15\n"));

        Assert.Equal("urgent", (await server.RequestAsync()).Request.CallId);
        server.IsBusy = false;
        Assert.Equal("ordinary", (await server.RequestAsync()).Request.CallId);
    }

    [Fact]
    public async Task A_flood_of_what_is_urgent_holds_nobody_back_for_long()
    {
        using var gate = new ManualResetEventSlim();
        var order = new List<string>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using StackPeer server = new();
        server.Handler = (peer, _, request, flow) =>
        {
            order.Add(request.CallId);
            peer.Stack.Vouch(flow, mayClaimPriority: true);
            if (request.CallId == "block")
                gate.Wait(StackPeer.Patience);
            if (order.Count == 14)
                all.TrySetResult();
        };
        using StreamPeer client = await StreamPeer.ConnectAsync(server.Stack.EndPoint(SipTransportKind.Tcp));
        await client.SendAsync(Message("first"));
        await server.RequestAsync();
        await client.SendAsync(Message("block"));
        await server.RequestAsync();

        byte[][] waiting = [.. Enumerable.Range(0, 11).Select(i => Message($"urgent{i}", "Resource-Priority: mcpttp.15\n")), Message("ordinary")];
        foreach (byte[] message in waiting)
            await client.SendAsync(message);
        await UntilAsync(() => server.Stack.ReceiveQueued_bytes == waiting.Sum(message => message.Length));
        gate.Set();
        await all.Task.WaitAsync(StackPeer.Patience);

        Assert.Equal("ordinary", order[5]);
    }

    [Fact]
    public async Task What_waited_so_long_that_it_is_repeated_costs_nothing_more()
    {
        var T1 = TimeSpan.FromMilliseconds(40);
        await using StackPeer server = new(change: options => options with
        {
            ReceiveQueue_messages = 32,
            Transactions = options.Transactions with { T1 = T1 },
        });
        using StreamPeer stream = await StreamPeer.ConnectAsync(server.Stack.EndPoint(SipTransportKind.Tcp));
        using var datagrams = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        server.IsBusy = true;

        byte[][] waiting = [.. Enumerable.Range(0, 8).Select(i => Message($"old{i}")), Message("dialog", toTag: "ours")];
        foreach (byte[] message in waiting)
            await datagrams.SendAsync(message, server.Stack.EndPoint(SipTransportKind.Udp));
        await UntilAsync(() => server.Stack.ReceiveQueued_bytes == waiting.Sum(message => message.Length));
        await stream.SendAsync(Message("stream"));
        await UntilAsync(() => server.Stack.ReceiveQueued_bytes == waiting.Sum(message => message.Length) + Message("stream").Length);
        long queued = Stopwatch.GetTimestamp();
        await UntilAsync(() => Stopwatch.GetElapsedTime(queued) > T1);
        server.IsBusy = false;

        // When two are left nothing is behind any more.
        foreach (string kept in (string[])["old7", "dialog", "stream"])
            Assert.Equal(kept, (await server.RequestAsync()).Request.CallId);
        Assert.Equal(7, server.Stack.Counters[SipCounter.StaleDropped]);
    }

    [Fact]
    public async Task In_a_crowd_what_is_repeated_anyway_is_not_read_and_what_is_half_done_goes_on_longer()
    {
        await using StackPeer server = new(change: options => options with { ReceiveQueue_messages = 64 });
        using StreamPeer stream = await StreamPeer.ConnectAsync(server.Stack.EndPoint(SipTransportKind.Tcp));
        using var datagrams = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        server.IsBusy = true;

        // Of 64 messages more than 4, and more than 8, are a crowd.
        await SendAsync(5, "begun", "REGISTER");
        await SendAsync(3, "dropped", "REGISTER");
        await SendAsync(4, "answer", "REGISTER", "Authorization: Digest username=\"a\"\n");
        await SendAsync(3, "dropped", "SUBSCRIBE", "Authorization: Digest username=\"a\"\n");
        await SendAsync(2, "call", "INVITE");
        await SipTlsTests.WaitForAsync(server, SipCounter.CrowdDropped, 6);
        await SipTlsTests.WaitForAsync(server, SipCounter.DatagramsReceived, 17);
        await stream.SendAsync(SipText.Bytes(SipText.Minimal("REGISTER", "Content-Length: 0\n\n", "z9hG4bKstream", "stream")));
        server.IsBusy = false;

        var kept = new List<string>();
        for (int i = 0; i < 12; i++)
            kept.Add((await server.RequestAsync()).Request.CallId);
        Assert.True(kept.Remove("stream"));
        Assert.Equal([.. Names(5, "begun"), .. Names(4, "answer"), .. Names(2, "call")], kept);
        Assert.Equal(6, server.Stack.Counters[SipCounter.CrowdDropped]);

        static IEnumerable<string> Names(int count, string what) => Enumerable.Range(0, count).Select(i => $"{what}{i}");

        async Task SendAsync(int count, string what, string method, string header = "")
        {
            foreach (string name in Names(count, what + (what == "dropped" ? method : "")))
            {
                byte[] message = SipText.Bytes(SipText.Minimal(method, header + "Content-Length: 0\n\n", "z9hG4bK" + name, name));
                await datagrams.SendAsync(message, server.Stack.EndPoint(SipTransportKind.Udp));
            }
        }
    }

    [Theory]
    [InlineData(false, "mcpttp.15", 18)]
    [InlineData(true, "mcpttp.15", 20)]
    [InlineData(true, "mcpttp.15, dsn.routine", 20)]
    [InlineData(true, "dsn.flash", 18)]
    public async Task Resource_priority_counts_from_those_who_may_claim_it(bool mayClaim, string priority, int taken)
    {
        await using StackPeer server = new(change: options => options with { Transactions = options.Transactions with { MaxTransactions = 20 } });
        using StreamPeer client = await StreamPeer.ConnectAsync(server.Stack.EndPoint(SipTransportKind.Tcp));
        await client.SendAsync(Urgent("first"));
        (SipTransactionId id, SipRequest first, SipFlow flow) = await server.RequestAsync();
        server.Stack.Vouch(flow, mayClaim);
        // Over a stream nothing has to be kept for repetitions: the first one's transaction ends with its answer.
        server.Stack.Respond(id, SipResponse.For(first, 200, toTag: "t"));
        await client.ReadAsync();

        for (int i = 0; i < 21; i++)
            await client.SendAsync(Urgent($"m{i}"));
        int refused = 0;
        for (; refused < 21 - taken; refused++)
            Assert.Equal(503, Assert.IsAssignableFrom<SipResponse>(await client.ReadAsync()).Status);

        Assert.Equal(21 - taken, server.Stack.Counters[SipCounter.OverloadAnswered]);

        byte[] Urgent(string callId) => Message(callId, $"Resource-Priority: {priority}\n");
    }

    private static byte[] Message(string callId, string headers = "", string toTag = "") =>
        SipText.Bytes(SipText.Minimal("MESSAGE", headers + "Content-Length: 0\n\n", "z9hG4bK" + callId, callId, toTag));

    private static async Task UntilAsync(Func<bool> isSo)
    {
        long until = Environment.TickCount64 + (long)StackPeer.Patience.TotalMilliseconds;
        while (!isSo())
        {
            Assert.True(Environment.TickCount64 < until, "It did not come to that in time.");
            await Task.Yield();
        }
    }

    private sealed class Zeroes : IEntropy
    {
        private byte _next;

        public void Fill(Span<byte> destination) => destination.Fill(++_next);
    }
}
