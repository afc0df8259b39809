using System.Collections.Concurrent;
using MediaEngine.Mcx;
using MediaEngine.Server;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>Clients that change durable state as fast as they are answered, and a book of what was acknowledged.</summary>
internal sealed class Storm(int round)
{
    private readonly ConcurrentDictionary<string, bool?> _regroups = new();
    private readonly ConcurrentDictionary<string, (bool Affiliated, bool? Asked)> _affiliations = new();
    private readonly CancellationTokenSource _stopping = new();
    private int _acknowledged;

    public int Acknowledged => _acknowledged;

    public void Stop() => _stopping.Cancel();

    /// <summary>Forms user regroups and cancels every second one.</summary>
    public async Task RegroupAsync(McxEndpoint dispatcher, int lane)
    {
        for (int i = 0; !_stopping.IsCancellationRequested; i++)
        {
            string id = $"sip:storm-{round}-{lane}-{i}@{EmbeddedOrganisation.Domain}";
            _regroups[id] = null;
            if (!await IsAcknowledgedAsync(() => dispatcher.CreateRegroupAsync(id, EmbeddedOrganisation.PreconfiguredGroup, [], [EmbeddedOrganisation.McpttIdOf("alice")], _stopping.Token)))
                return;
            _regroups[id] = true;
            if (i % 2 == 0)
                continue;
            _regroups[id] = null;
            if (!await IsAcknowledgedAsync(() => dispatcher.CancelRegroupAsync(id, _stopping.Token)))
                return;
            _regroups[id] = false;
        }
    }

    /// <summary>Affiliates and de-affiliates by turns.</summary>
    public async Task AffiliateAsync(McxEndpoint member)
    {
        string id = member.Profile.McpttId;
        for (bool affiliate = true; !_stopping.IsCancellationRequested; affiliate = !affiliate)
        {
            _affiliations[id] = (!affiliate, affiliate);
            if (!await IsAcknowledgedAsync(() => member.AffiliateAsync(affiliate ? [EmbeddedOrganisation.FireGroup] : [], _stopping.Token)))
                return;
            _affiliations[id] = (affiliate, null);
        }
    }

    public async Task WaitForAsync(int acknowledged, TimeSpan atMost)
    {
        using var limit = new CancellationTokenSource(atMost);
        while (Volatile.Read(ref _acknowledged) < acknowledged)
            await Task.Delay(1, limit.Token);
    }

    /// <summary>What was acknowledged is so; what was under way may be either.</summary>
    public void Check(DurableState state)
    {
        HashSet<string> stored = [.. state.Regroups.Select(regroup => regroup.Id)];
        foreach ((string id, bool? inEffect) in _regroups)
        {
            if (inEffect is { } known)
                Assert.True(known == stored.Contains(id), $"{id} was acknowledged as {(known ? "formed" : "cancelled")} and is not");
        }
        Assert.All(stored.Where(id => id.StartsWith($"sip:storm-{round}-", StringComparison.Ordinal)), id => Assert.True(_regroups.ContainsKey(id)));
        foreach ((string id, (bool affiliated, bool? asked)) in _affiliations)
        {
            bool isStored = state.Affiliations.Any(affiliation => affiliation.McpttId == id);
            Assert.True(isStored == affiliated || isStored == asked, $"{id} was acknowledged as {(affiliated ? "affiliated" : "not affiliated")} and is not");
        }
    }

    private async Task<bool> IsAcknowledgedAsync(Func<Task> request)
    {
        try
        {
            await request();
            Interlocked.Increment(ref _acknowledged);
            return true;
        }
        catch (ServerRefusedException)
        {
            throw;
        }
        catch (Exception e) when (e is ToolException or OperationCanceledException)
        {
            // Killed on the way: nobody knows what came of it.
            return false;
        }
    }
}
