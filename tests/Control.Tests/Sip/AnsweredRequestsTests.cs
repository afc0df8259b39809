using MediaEngine.Rtp;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

public sealed class AnsweredRequestsTests
{
    private readonly AnsweredRequests _answered = new();

    [Fact]
    public void Each_gets_its_own_response_until_it_is_forgotten_the_oldest_first()
    {
        const int requests = 2000;
        for (int i = 0; i < requests; i++)
            Add(i);
        for (int oldest = 0; oldest < requests; oldest++)
        {
            Assert.Equal(Instant.FromMilliseconds(oldest), _answered.OldestAt);
            Assert.True(_answered.TryGetResponse((UInt128)oldest, out ReadOnlyMemory<byte> response));
            Assert.Equal(Response(oldest), response.ToArray());
            Assert.True(_answered.HasMerge(MergeKey(oldest)));
            Assert.True(_answered.Contains(new SipTransactionId(oldest)));
            _answered.ForgetOldest();
            Assert.False(_answered.TryGetResponse((UInt128)oldest, out _));
            Assert.False(_answered.HasMerge(MergeKey(oldest)));
        }
        Assert.Equal((0, 0L), (_answered.Count, _answered.Reserved_bytes));
        Assert.True(_answered.OldestAt.IsNever);
        Add(7);
        Assert.True(_answered.TryGetResponse(7, out _));
    }

    [Fact]
    public void Octets_set_aside_follow_what_is_kept()
    {
        for (int i = 0; i < 10_000; i++)
        {
            Add(i);
            if (_answered.Count > 1000)
                _answered.ForgetOldest();
        }
        long kept = Enumerable.Range(9000, 1000).Sum(i => (long)Response(i).Length);
        Assert.InRange(_answered.Reserved_bytes, kept, kept + (kept / 2));
    }

    [Fact]
    public void In_the_long_run_a_request_leaves_nothing_to_the_collector()
    {
        byte[] response = new byte[500];
        long allocated = 0;
        for (int i = 0; i < 60_000; i++)
        {
            if (i == 30_000)
                allocated = GC.GetAllocatedBytesForCurrentThread();
            _answered.Add(new SipTransactionId(i), (UInt128)i, MergeKey(i), response, Instant.FromMilliseconds(i));
            if (_answered.Count > 10_000)
                _answered.ForgetOldest();
        }
        // A chunk stands in for the one before it.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 200_000);
    }

    private void Add(int number) =>
        _answered.Add(new SipTransactionId(number), (UInt128)number, MergeKey(number), Response(number), Instant.FromMilliseconds(number));

    private static UInt128 MergeKey(int number) => (UInt128)(1_000_000 + number);

    // Now and then one larger than those that share a chunk.
    private static byte[] Response(int number)
    {
        byte[] response = new byte[number % 500 == 499 ? 70_000 : 300 + (number % 211)];
        new Random(number).NextBytes(response);
        return response;
    }
}
