using MediaEngine.Floor;
using MediaEngine.Media;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

public class CallDeadlineTests
{
    private readonly RouterHarness _nowhere = new();

    [Fact]
    public void A_routers_deadline_is_the_earliest_of_its_calls_whatever_opens_closes_and_expires()
    {
        var random = new Random(1);
        CallRouter all = NewRouter();
        var alone = new Dictionary<CallId, CallRouter>();
        Instant now = Instant.FromMilliseconds(1);
        for (ulong step = 1; step <= 3000; step++)
        {
            int choice = random.Next(10);
            if (choice < 3 || step < 150)
            {
                var call = new CallId(step);
                alone.Add(call, NewRouter());
                var policy = new FloorPolicy { T7 = TimeSpan.FromMilliseconds(random.Next(1, 300)), C7 = random.Next(1, 4) };
                Open(all, call, policy, now);
                Open(alone[call], call, policy, now);
            }
            else if (choice < 5 && alone.Count > 0)
            {
                CallId call = alone.Keys.ElementAt(random.Next(alone.Count));
                all.Execute(new CloseCall(call), now);
                alone.Remove(call);
            }
            else
            {
                now = random.Next(2) == 0 || all.NextDeadline.IsNever ? now + TimeSpan.FromMilliseconds(random.Next(20)) : all.NextDeadline;
                all.Expire(now);
                foreach (CallRouter router in alone.Values)
                    router.Expire(now);
            }
            Assert.Equal(alone.Count == 0 ? Instant.Never : alone.Values.Min(router => router.NextDeadline), all.NextDeadline);
        }
        Assert.True(alone.Count > 150, $"{alone.Count} calls are left.");
    }

    private static void Open(CallRouter router, CallId call, FloorPolicy policy, Instant now) => router.Execute(
        new OpenCall(call, "sip:group@example.org", policy, RouterHarness.NewGroupKey(), Multicast: null), now);

    private CallRouter NewRouter() =>
        new(new RouterLimits(), new SendQueue(1), new SendQueue(1), _nowhere, _nowhere);
}
