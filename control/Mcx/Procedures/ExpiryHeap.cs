namespace MediaEngine.Mcx;

/// <summary>
/// Registrations by when they end. Each knows its place, and leaves nothing behind. One that ends later than it did, as after every
/// refresh, stays where it is until it comes to the top.
/// </summary>
internal sealed class ExpiryHeap
{
    private readonly List<RegisteredClient> _heap = [];

    public void Add(RegisteredClient client)
    {
        client.Place = _heap.Count;
        client.Due = client.Registration.ExpiresAt;
        _heap.Add(client);
        RiseOrSink(client, client.Place);
    }

    /// <summary>Its registration is another one.</summary>
    public void Update(RegisteredClient client)
    {
        if (client.Registration.ExpiresAt < client.Due)
            Move(client);
    }

    public void Remove(RegisteredClient client)
    {
        RegisteredClient last = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        if (last != client)
            RiseOrSink(last, client.Place);
    }

    /// <summary>The one that ends first, if that is by then.</summary>
    public RegisteredClient? FirstBy(DateTimeOffset time)
    {
        while (_heap.Count > 0 && _heap[0].Due <= time)
        {
            RegisteredClient first = _heap[0];
            if (first.Registration.ExpiresAt == first.Due)
                return first;
            Move(first);
        }
        return null;
    }

    private void Move(RegisteredClient client)
    {
        client.Due = client.Registration.ExpiresAt;
        RiseOrSink(client, client.Place);
    }

    private void RiseOrSink(RegisteredClient client, int place)
    {
        while (place > 0 && client.Due < _heap[(place - 1) / 2].Due)
        {
            Put(_heap[(place - 1) / 2], place);
            place = (place - 1) / 2;
        }
        for (int child = 2 * place + 1; child < _heap.Count; child = 2 * place + 1)
        {
            if (child + 1 < _heap.Count && _heap[child + 1].Due < _heap[child].Due)
                child++;
            if (_heap[child].Due >= client.Due)
                break;
            Put(_heap[child], place);
            place = child;
        }
        Put(client, place);
    }

    private void Put(RegisteredClient client, int place)
    {
        _heap[place] = client;
        client.Place = place;
    }
}
