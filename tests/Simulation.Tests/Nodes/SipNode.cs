using System.Net;
using MediaEngine.Sip;

namespace MediaEngine.Simulation.Tests;

/// <summary>A SIP transaction layer on a UDP port of the simulated network, as <see cref="SipStack"/> is on a real one.</summary>
internal sealed class SipNode
{
    private readonly SimWorld _world;
    private readonly SimNetwork _network;
    private readonly ISipUser _user;
    private readonly SipTransactionLayer _layer;
    private readonly SipEffects _effects = new();
    private readonly Alarm _alarm;
    private bool _executing;

    public SipNode(SimWorld world, SimNetwork network, IPEndPoint address, ISipUser user, SeededEntropy entropy)
    {
        _world = world;
        _network = network;
        _user = user;
        Address = address;
        var options = new SipTransactionOptions { CanSwitchToTcp = false, SentBy = _ => new SipSentBy(address.Address.ToString(), address.Port) };
        _layer = new SipTransactionLayer(options, entropy);
        _alarm = new Alarm(world, () => _layer.NextDeadline, () => Do(() => _layer.Expire(_world.Now, _effects)));
        network.Open(address, Receive);
    }

    public IPEndPoint Address { get; }

    /// <summary>Sees every datagram this node sends.</summary>
    public Action<byte[]>? Tap { get; init; }

    public int TransactionCount => _layer.Count;

    public void SendRequest(object token, SipRequest request, SipDestination destination) =>
        Do(() => _layer.SendRequest(token, request, destination, _world.Now, _effects));

    public void SendAck(SipRequest ack, SipDestination destination) => Do(() => _layer.SendAck(ack, destination, _world.Now, _effects));

    public void Respond(SipTransactionId transaction, SipResponse response) =>
        Do(() => _layer.Respond(transaction, response, _world.Now, _effects));

    public void Cancel(object token) => Do(() => _layer.Cancel(token, _world.Now, _effects));

    /// <summary>The process is gone: no timer fires and nothing is heard any more.</summary>
    public void Kill()
    {
        _alarm.Stop();
        _network.Close(Address);
    }

    private void Receive(IPEndPoint from, byte[] octets)
    {
        var flow = new SipFlow(SipTransportKind.Udp, Address, from, 0);
        if (SipParser.TryParse(octets, SipLimits.Default, out SipMessage? message) != SipParseOutcome.Ok)
            throw new SimulationException($"a message of ours from {from} cannot be parsed");
        Do(() => _layer.Receive(message!, flow, _world.Now, _effects));
    }

    // Users call back into the layer while its effects are carried out; what that adds is carried out in the same round.
    private void Do(Action step)
    {
        step();
        if (_executing)
            return;
        _executing = true;
        for (int i = 0; i < _effects.Count; i++)
            Execute(_effects[i]);
        _effects.Clear();
        _executing = false;
        _alarm.Update();
    }

    private void Execute(SipEffect effect)
    {
        switch (effect.Kind)
        {
            case SipEffectKind.Send:
                byte[] octets = effect.Bytes.ToArray();
                Tap?.Invoke(octets);
                _network.Send("SIP", Address, effect.Destination!.Remote, octets);
                break;
            case SipEffectKind.DeliverRequest:
                _user.OnRequest(effect.Transaction, (SipRequest)effect.Message!, effect.Flow);
                break;
            case SipEffectKind.DeliverResponse:
                _user.OnResponse(effect.Token!, (SipResponse)effect.Message!);
                break;
            case SipEffectKind.Failed:
                _user.OnFailure(effect.Token!, effect.Failure);
                break;
        }
    }
}
